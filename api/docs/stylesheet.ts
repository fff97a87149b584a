/** How `/docs` looks: light and dark, on a phone and on a desk, with fonts that are there already. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --text: light-dark(#1d2430, #e4e8ee);
  --quiet: light-dark(#5a6473, #98a3b3);
  --line: light-dark(#dfe3ea, #2c3440);
  --page: light-dark(#ffffff, #12161c);
  --panel: light-dark(#f5f7fa, #1a2029);
  --accent: light-dark(#0b57c4, #7db4ff);
  --get: light-dark(#0a7a4b, #3fcf8e);
  --post: light-dark(#0b57c4, #7db4ff);
  --delete: light-dark(#b3261e, #ff8a80);
}
* { box-sizing: border-box; }
body {
  margin: 0; color: var(--text); background: var(--page);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: break-word;
}
a { color: var(--accent); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
nav { padding: 20px 24px; border-bottom: 1px solid var(--line); font-size: 15px; }
nav .name { font-weight: 700; font-size: 18px; color: var(--text); text-decoration: none; }
nav p { margin: 16px 0 2px; font-weight: 600; color: var(--quiet); }
nav ul { margin: 0; padding: 0; list-style: none; }
nav li a { display: block; padding: 4px 0; text-decoration: none; }
nav li a:hover { text-decoration: underline; }
main { max-width: 820px; padding: 8px 24px 80px; }
h1 { font-size: 30px; line-height: 1.2; margin: 24px 0 12px; }
h2 { font-size: 24px; line-height: 1.25; margin: 56px 0 8px; }
h3 { font-size: 18px; line-height: 1.3; margin: 28px 0 6px; }
h4 { font-size: 15px; margin: 22px 0 6px; }
h2, article, dt { scroll-margin-top: 16px; }
p { margin: 8px 0; max-width: 68ch; }
article { margin-top: 32px; padding-top: 8px; border-top: 1px solid var(--line); }
.address { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: baseline; }
.address code { font-size: 15px; background: none; padding: 0; }
.method { font: 700 12px/1 ui-monospace, monospace; padding: 4px 7px; border: 1.5px solid currentColor; border-radius: 5px; }
.get { color: var(--get); } .post, .put { color: var(--post); } .delete { color: var(--delete); }
code { font: 0.9em/1.5 ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, monospace; background: var(--panel); padding: 1px 4px; border-radius: 4px; }
pre { margin: 10px 0; padding: 14px 16px; overflow-x: auto; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }
pre code { background: none; padding: 0; font-size: 13.5px; }
dl { margin: 8px 0; }
dt { margin-top: 10px; }
dd { margin: 2px 0 0; padding-left: 16px; border-left: 2px solid var(--line); color: var(--quiet); }
dd:empty { display: none; }
dd dt, dd code { color: var(--text); }
small { color: var(--quiet); font-size: 13px; }
small.required { color: var(--text); font-weight: 600; }
dt:target { background: var(--panel); outline: 6px solid var(--panel); }
details { margin: 6px 0; padding: 8px 14px; border: 1px solid var(--line); border-radius: 8px; }
.answer { max-width: none; margin: 4px 0; padding: 0 15px; font-size: 15px; color: var(--quiet); }
summary { cursor: pointer; }
summary b, .answer b { font-variant-numeric: tabular-nums; margin-right: 6px; }
@media (min-width: 1000px) {
  body { display: grid; grid-template-columns: 290px minmax(0, 1fr); }
  nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; border-bottom: 0; border-right: 1px solid var(--line); }
  main { padding: 8px 48px 120px; }
}
`;

const keptUnder = 'svoi-story';

/** Ticks off the steps of the story as they are taken; a reload of the tab does not lose them. */
export function startStory() {
  /** @type {Set<string>} */
  const taken = new Set(JSON.parse(sessionStorage.getItem(keptUnder) ?? '[]'));
  const items = [...document.querySelectorAll('[data-step]')].filter((item) => item instanceof HTMLElement);

  function draw() {
    // What stands under "further" is no step that has to come next.
    const inOrder = items.filter((item) => !item.closest('details'));
    const next = inOrder.find((item) => !taken.has(item.dataset.step ?? ''));
    for (const item of items) {
      item.classList.toggle('taken', taken.has(item.dataset.step ?? ''));
      if (item === next) item.setAttribute('aria-current', 'step');
      else item.removeAttribute('aria-current');
    }
  }

  draw();
  /** @param {string} step */
  return (step) => {
    taken.add(step);
    sessionStorage.setItem(keptUnder, JSON.stringify([...taken]));
    draw();
  };
}

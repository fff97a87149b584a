import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'vitest/node';

const root = fileURLToPath(new URL('../../', import.meta.url));
const notOurs = new Set(['node_modules', 'data', '.git', '.wrangler', 'coverage']);

/** Every file of the repository as a path from its root, with "/". */
export function repositoryFiles(folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return [];
    const path = posix.join(folder, entry.name);
    return entry.isDirectory() ? repositoryFiles(path) : [path];
  });
}

/** The text of a file of the repository. */
export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** An import of a file: as written, and the file of the repository it means; undefined for a package. */
export interface Import {
  readonly from: string;
  readonly file: string | undefined;
}

/** A function with the lines it has of its own: functions declared inside count for themselves. */
export interface FunctionFound {
  readonly name: string;
  readonly line: number;
  readonly ownLines: number;
}

/** A TypeScript file taken apart as far as the rules of the repository need. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
  readonly functions: readonly FunctionFound[];
  /** Names of exports that no doc comment stands before; an alias of a type may speak for itself. */
  readonly undocumented: readonly string[];
  /** Lines where the type `any` is used. */
  readonly anyLines: readonly number[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** Parses a TypeScript file of the repository. */
export function parseSource(path: string): Source {
  const text = readText(path);
  const tree = parseAst(text, { lang: path.endsWith('x') ? 'tsx' : 'ts' });
  const nodes = nodesUnder(tree);
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length;
  return {
    path,
    text,
    imports: nodes.flatMap((node) => importOf(node, path)),
    functions: nodes.filter(isFunction).map((node) => ({
      name: nameOf(node),
      line: lineOf(node.start),
      ownLines: linesOf(node, text) - sum(innerFunctions(node).map((inner) => linesOf(inner, text))),
    })),
    undocumented: children(tree).flatMap((node) => undocumentedExport(node, text)),
    anyLines: nodes.filter((node) => node.type === 'TSAnyKeyword').map((node) => lineOf(node.start)),
  };
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value && 'end' in value;
}

function children(node: Node): Node[] {
  const found: Node[] = [];
  for (const [, value] of Object.entries(node)) {
    if (isNode(value)) found.push(value);
    else if (Array.isArray(value)) found.push(...value.filter(isNode));
  }
  return found;
}

/** A node and all below it, each before those inside it. */
function nodesUnder(root: Node): Node[] {
  const nodes: Node[] = [];
  for (let left = [root], node = left.pop(); node; node = left.pop()) {
    nodes.push(node);
    left.push(...children(node).reverse());
  }
  return nodes;
}

const functions = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

function isFunction({ type }: Node): boolean {
  return functions.has(type);
}

/** Declared functions directly inside, not those inside them. */
function innerFunctions(node: Node): Node[] {
  return children(node).flatMap((child) =>
    child.type === 'FunctionDeclaration' ? [child] : innerFunctions(child),
  );
}

function linesOf(node: Node, text: string): number {
  return text.slice(node.start, node.end).split('\n').length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function property(node: Node, name: string): unknown {
  return Object.entries(node).find(([key]) => key === name)?.[1];
}

function nameOf(node: Node): string {
  const id = property(node, 'id');
  return isNode(id) ? String(property(id, 'name')) : '(anonymous)';
}

function importOf(node: Node, path: string): Import[] {
  if (!/^(ImportDeclaration|ExportNamedDeclaration|ExportAllDeclaration|ImportExpression)$/.test(node.type)) {
    return [];
  }
  const source = property(node, 'source');
  const from = isNode(source) ? property(source, 'value') : undefined;
  if (typeof from !== 'string') return [];
  const file = from.startsWith('.') ? posix.join(dirname(path), from) : undefined;
  return [{ from, file }];
}

function undocumentedExport(node: Node, text: string): string[] {
  if (!/^Export(Named|Default)Declaration$/.test(node.type)) return [];
  const declaration = property(node, 'declaration');
  if (!isNode(declaration) || declaration.type === 'TSTypeAliasDeclaration') return [];
  if (text.slice(0, node.start).trimEnd().endsWith('*/')) return [];
  const declarators = property(declaration, 'declarations');
  const named = Array.isArray(declarators) ? declarators.find(isNode) : declaration;
  return [nameOf(named ?? declaration)];
}

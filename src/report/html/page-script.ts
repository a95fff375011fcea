import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

/** Matches an import of values; imports of types alone are gone when types are stripped. */
const importPattern: RegExp = /^import\s*\{([^}]*)\}\s*from\s*'([^']+)';?[^\S\n]*$/gm;
const exportPattern: RegExp = /^export\s+((?:async\s+)?(?:function|class|const)\s+([\w$]+))/gm;

/**
 * The modules of the page as one script, without a bundler: each becomes a function that gives back
 * what it exports, in an order in which each stands behind those that it imports. It takes what this
 * code base uses: named imports from relative paths, named exports of declarations, no cycles.
 *
 * @param entry URL of the module that starts the page; `.ts` from sources, `.js` from a build
 * @throws Error that names the module, when one has something else
 */
export function pageScript(entry: URL): string {
  const names = new Map<string, string>();
  const pieces: string[] = [];
  const add = (url: URL): string => {
    const known = names.get(url.href);
    if (known !== undefined) return known;
    const name = `m${names.size}`;
    names.set(url.href, name);
    const { code, exported } = moduleOf(url, add);
    pieces.push(`const ${name} = (() => {\n${code}\nreturn { ${exported.join(', ')} };\n})();`);
    return name;
  };
  add(entry);
  const script = `(() => {\n'use strict';\n${pieces.join('\n')}\n})();\n`;
  if (/<\/script|<!--/i.test(script)) throw new Error('the page script holds the end of a script');
  return script;
}

/** Node says that this is experimental; who writes a report from sources need not hear of it. */
function stripped(source: string): string {
  const { emitWarning } = process;
  process.emitWarning = (() => {}) as typeof emitWarning;
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}

function moduleOf(
  url: URL,
  add: (url: URL) => string,
): { readonly code: string; readonly exported: readonly string[] } {
  const source = readFileSync(url, 'utf8');
  const plain = url.pathname.endsWith('.ts') ? stripped(source) : source;
  const exported: string[] = [];
  const code = withoutComments(plain)
    .replaceAll(importPattern, (_, list: string, specifier: string) => {
      const wanted = list
        .split(',')
        .map((one) => one.trim().replace(/\s+as\s+/, ': '))
        .filter((one) => one !== '');
      const from = add(new URL(specifier, url));
      return wanted.length === 0 ? '' : `const { ${wanted.join(', ')} } = ${from};`;
    })
    .replaceAll(exportPattern, (_, declaration: string, name: string) => {
      exported.push(name);
      return declaration;
    });
  const odd = /^(?:import|export)\b.*$/m.exec(code)?.[0];
  if (odd !== undefined) throw new Error(`${url.pathname}: cannot be put into a page: ${odd}`);
  return { code, exported };
}

/** Comments that stand on lines of their own, and the lines that they leave empty. */
function withoutComments(code: string): string {
  return code
    .replaceAll(/^[^\S\n]*\/\*\*[\s\S]*?\*\/[^\S\n]*$/gm, '')
    .replaceAll(/^[^\S\n]*\/\/.*$/gm, '')
    .replaceAll(/^[^\S\n]*\n/gm, '');
}

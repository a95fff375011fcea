import type { CaseFile } from '../record/case-file.ts';

/**
 * The text of a case file: as many lines as a person wants to read and edit, a fault, an operation
 * or a choice on each.
 */
export function caseText(file: CaseFile): string {
  const { choices } = file;
  const fields = Object.entries(file).map(([name, value]) => {
    if (name === 'choices') return [name, choicesText(choices)] as const;
    if (name === 'plan' || name === 'intents') return [name, listText(value, ' ')] as const;
    return [name, JSON.stringify(value, undefined, 1).replaceAll('\n', '\n ')] as const;
  });
  return `{\n${fields.map(([name, text]) => ` "${name}": ${text}`).join(',\n')}\n}\n`;
}

function choicesText(choices: CaseFile['choices']): string {
  const fields = Object.entries(choices).map(([name, value]) => {
    const isList = name === 'list' || name === 'overrides';
    return `  "${name}": ${isList ? listText(value, '  ') : JSON.stringify(value)}`;
  });
  return `{\n${fields.join(',\n')}\n }`;
}

function listText(list: readonly unknown[], indent: string): string {
  if (list.length === 0) return '[]';
  return `[\n${list.map((one) => `${indent} ${JSON.stringify(one)}`).join(',\n')}\n${indent}]`;
}

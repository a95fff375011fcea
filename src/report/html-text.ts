/** Text that is HTML already. */
export interface HtmlText {
  readonly text: string;
}

type Piece = string | number | HtmlText | readonly Piece[];

/** A template whose pieces are escaped unless they are HTML themselves. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): HtmlText {
  let text = strings[0] ?? '';
  for (const [at, piece] of pieces.entries()) text += textOf(piece) + (strings[at + 1] ?? '');
  return { text };
}

/** Text that is put in as it is; only for what we wrote ourselves. */
export function raw(text: string): HtmlText {
  return { text };
}

/** A link to a file beside the page, by a relative or absolute path. */
export function link(path: string, words: string): HtmlText {
  const target = path.split('/').map(encodeURIComponent).join('/');
  return html`<a href="${target}">${words}</a>`;
}

function textOf(piece: Piece): string {
  if (typeof piece === 'string') return escaped(piece);
  if (typeof piece === 'number') return String(piece);
  return 'text' in piece ? piece.text : piece.map(textOf).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!);
}

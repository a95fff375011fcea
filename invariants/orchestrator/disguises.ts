const encoder = new TextEncoder();
const base64Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The ways in which a value may stand somewhere: as it is, in hex, in base64, as text in JSON. */
export function disguises(value: Uint8Array): readonly Uint8Array[] {
  const hex = [...value].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const text = new TextDecoder().decode(value);
  const escaped = JSON.stringify(text).slice(1, -1);
  const forms = [value, encoder.encode(hex), encoder.encode(base64(value))];
  if (escaped !== text) forms.push(encoder.encode(escaped));
  return forms;
}

/** Without the last letters, which depend on what follows. */
function base64(value: Uint8Array): string {
  let text = '';
  for (let at = 0; at + 3 <= value.length; at += 3) {
    const bits = (value[at]! << 16) | (value[at + 1]! << 8) | value[at + 2]!;
    for (const shift of [18, 12, 6, 0]) text += base64Letters[(bits >> shift) & 63];
  }
  return text;
}

/** Whether bytes stand in others. */
export function contains(bytes: Uint8Array, part: Uint8Array): boolean {
  if (part.length === 0) return false;
  for (let at = bytes.indexOf(part[0]!); at >= 0; at = bytes.indexOf(part[0]!, at + 1)) {
    let length = 1;
    while (length < part.length && bytes[at + length] === part[length]) length += 1;
    if (length === part.length) return true;
  }
  return false;
}

import type { SessionPort } from '../protocol.ts';
import { lookOf } from './look.ts';
import type { ScreenEnd } from './screen-model.ts';

/**
 * Opens the full screen on the terminal of this process. Ink and React are loaded here and not
 * before: other verbs never pay for them.
 */
export async function openScreen(
  port: SessionPort,
  options: { readonly color?: boolean } = {},
): Promise<ScreenEnd> {
  // React decides when it is loaded; the other value costs a third more.
  process.env.NODE_ENV ??= 'production';
  const { mountScreen } = await import('./mount-screen.ts');
  const { stdin, stdout, env } = process;
  const look = lookOf(options.color === false ? { ...env, NO_COLOR: '1' } : env);
  return await mountScreen({ port, look, stdin, stdout });
}

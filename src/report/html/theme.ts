/** Colours by theme. Hues are those of Okabe and Ito, which colour-blind people can tell apart. */
const light = `
  --background: #ffffff; --panel: #f6f8fa; --raised: #ffffff; --text: #16191d; --muted: #57606a;
  --faint: #a9b2bc; --line: #d5dbe1; --grid: #eceff2; --accent: #0b62c4; --accent-soft: #dcebfb;
  --bad: #c8301a; --bad-soft: #fdeae6; --good: #0b7a55; --doubt: #8a6100;
  --ok: #0072b2; --fail: #b97800; --info: #b3478a;
  --series-1: #0072b2; --series-2: #c46a00; --series-3: #00845f; --series-4: #b3478a;
  --series-5: #6a4fc4; --series-6: #7a6a00;
  --fault-process: #c8401a; --fault-network: #8a4fb0; --fault-clock: #b98300;
  --fault-disk: #1f7fb5; --fault-operator: #00845f;
  --shadow: 0 4px 18px rgb(20 30 45 / 16%);`;

const dark = `
  --background: #0f1318; --panel: #151a21; --raised: #1c232c; --text: #e4e9ef; --muted: #97a3b0;
  --faint: #55606c; --line: #2a323c; --grid: #1b2129; --accent: #5fb0ff; --accent-soft: #16324f;
  --bad: #ff7b5f; --bad-soft: #3a1a14; --good: #35c79a; --doubt: #e3b341;
  --ok: #56b4e9; --fail: #e69f00; --info: #e58bc0;
  --series-1: #56b4e9; --series-2: #e69f00; --series-3: #2fc49a; --series-4: #e58bc0;
  --series-5: #8fa8ff; --series-6: #d9cf4a;
  --fault-process: #ff8a5c; --fault-network: #c79bee; --fault-clock: #e8bd3a;
  --fault-disk: #62bdf0; --fault-operator: #35c79a;
  --shadow: 0 4px 22px rgb(0 0 0 / 55%);`;

/** Fonts, and colours by theme: as the system has it, unless the root says `data-theme`. */
export const themeStyle: string = `
:root { color-scheme: light; ${light}
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { color-scheme: dark; ${dark} } }
:root[data-theme="dark"] { color-scheme: dark; ${dark} }
`;

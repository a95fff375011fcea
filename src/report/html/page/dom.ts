/** What can stand inside an element. */
export type Child = Node | string | undefined;

/** Attributes by name, listeners as functions; undefined ones are left out. */
export type Attributes = Readonly<Record<string, string | ((event: never) => void) | undefined>>;

/**
 * Makes an element. Text goes in as text and is never read as HTML, so that whatever a component, a
 * key or a scenario is called cannot become part of the page.
 */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'string') element.setAttribute(key, value);
    else if (value !== undefined) element.addEventListener(key, value as EventListener);
  }
  append(element, children);
  return element;
}

/** Puts other children in place of those that an element has. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren();
  append(element, children);
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) if (child !== undefined) element.append(child);
}

/** A canvas that follows the size of its place, sharp on any screen. */
export class Surface {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  width = 0;
  height = 0;

  constructor(canvas: HTMLCanvasElement, resized: () => void) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d')!;
    new ResizeObserver(() => {
      this.fit();
      resized();
    }).observe(canvas);
    this.fit();
  }

  /** Takes the size of its place. */
  fit(): void {
    const { canvas } = this;
    const ratio = window.devicePixelRatio || 1;
    const { width, height } = canvas.getBoundingClientRect();
    this.width = width;
    this.height = height;
    canvas.width = Math.max(1, Math.round(width * ratio));
    canvas.height = Math.max(1, Math.round(height * ratio));
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  /** Where a pointer is, in the canvas's own pixels. */
  pointOf(event: MouseEvent): { readonly x: number; readonly y: number } {
    const { left, top } = this.canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }
}

import { describe, expect, test } from 'vitest';
import { serviceFaults } from '../specs/service-spec.ts';
import { isBadImage, serviceFrom, standardImages } from './wares.ts';

const around = { volumes: ['v0', 'v1'], secrets: ['k0'], mostReplicas: 5, teams: ['red', 'blue'] };
const services = Array.from({ length: 2_000 }, (_, draw) => serviceFrom('web', draw, around));

describe('services that draws stand for', () => {
  test('are without faults, and the same each time', () => {
    for (const spec of services) expect(serviceFaults(spec)).toEqual([]);
    expect(serviceFrom('web', 11, around)).toEqual(services[11]);
  });

  test('have every policy of restarts, with and without an end', () => {
    const policies = services.map(({ template }) => template.restart);
    for (const condition of ['none', 'on-failure', 'any'] as const) {
      expect(policies.some((one) => one.condition === condition)).toBe(true);
    }
    for (const maxAttempts of [0, 1, 2, 3, 4]) {
      const some = policies.filter((one) => one.maxAttempts === maxAttempts);
      expect(some.some(({ windowUs }) => windowUs > 0)).toBe(true);
      expect(some.some(({ windowUs }) => windowUs === 0)).toBe(true);
    }
    const endless = policies.filter((one) => one.condition === 'any' && one.maxAttempts === 0);
    expect(endless.length).toBeGreaterThan(services.length / 3);
  });

  test('have images that last, and images that crash, flap, end or hang', () => {
    const images = new Set(services.map(({ template }) => template.image));
    for (const image of ['hangs:1', 'moody:1', 'job:1', 'flaky:1', 'crashes:1', 'app:1']) {
      expect(images).toContain(image);
    }
    for (const image of ['moody:1', 'job:1', 'flaky:1', 'crashes:1', 'missing:1']) {
      expect([image, isBadImage(image)]).toEqual([image, true]);
    }
    for (const image of ['app:1', 'app:7', 'hangs:1']) {
      expect([image, isBadImage(image)]).toEqual([image, false]);
    }
    const bad = services.filter(({ template }) => isBadImage(template.image)).length;
    expect(bad).toBeLessThan(services.length / 4);
    expect(standardImages('flaky:1')).not.toBeNull();
  });
});

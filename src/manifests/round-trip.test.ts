import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyService } from '../../test/orchestrator/any-service.ts';
import { ByteReader, ByteWriter } from '../systems/common/bytes.ts';
import { changedFields } from '../systems/orchestrator/apply/changed-fields.ts';
import { planApply } from '../systems/orchestrator/apply/plan.ts';
import { sameSpec } from '../systems/orchestrator/specs/resource.ts';
import {
  type ServiceSpec,
  serviceFaults,
  serviceField,
} from '../systems/orchestrator/specs/service-spec.ts';
import { parseBytes, parseCpu, parseDuration, parseShare } from './quantities.ts';
import { readManifests } from './read-manifests.ts';
import { TestCurrent } from './test-current.ts';
import { manifestOf } from './test-manifest-of.ts';

const service = (spec: ServiceSpec) => ({ kind: 'service', spec }) as const;

describe('any service', () => {
  it('comes back from a manifest and from its bytes with nothing lost', () => {
    fc.assert(
      fc.property(anyService, (spec) => {
        expect(serviceFaults(spec)).toEqual([]);
        const read = readManifests([{ file: 'f', text: manifestOf(spec) }]);
        expect(read.faults).toEqual([]);
        expect(read.manifests[0]?.wish).toEqual(service(spec));
        const writer = new ByteWriter();
        serviceField.write(writer, spec);
        expect(serviceField.read(new ByteReader(writer.finish()))).toEqual(spec);
      }),
      { numRuns: 300 },
    );
  });

  it('differs from another by its bytes exactly when a field does', () => {
    fc.assert(
      fc.property(anyService, anyService, (a, b) => {
        expect(changedFields(a, b).length === 0).toBe(sameSpec(service(a), service(b)));
        expect(changedFields(a, structuredClone(a))).toEqual([]);
      }),
    );
  });

  it('is brought about by one plan, and left alone by the next', () => {
    const none = (): Uint8Array => new Uint8Array(32);
    const plain = anyService.map((spec) => ({
      ...spec,
      template: { ...spec.template, secrets: [], volumes: [], ports: [] },
    }));
    fc.assert(
      fc.property(fc.array(plain, { minLength: 1, maxLength: 6 }), (specs) => {
        const current = new TestCurrent();
        for (const spec of specs) {
          const plan = planApply([service(spec)], current, none);
          const before = current.find('service', spec.name)?.resource;
          if (plan.faults.length > 0) {
            // The mode of a service is for ever.
            expect(before?.kind === 'service' && before.spec.mode.kind).not.toBe(spec.mode.kind);
            continue;
          }
          current.apply(plan.requests);
          expect(current.find('service', spec.name)?.resource.spec).toEqual(spec);
          expect(planApply([service(spec)], current, none).requests).toEqual([]);
        }
      }),
    );
  });
});

describe('quantities', () => {
  const value = (parse: (given: string) => object, given: string): unknown =>
    'value' in parse(given) ? (parse(given) as { value: number }).value : 'refused';

  it('are whole numbers of the smallest unit', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(59), fc.nat(59), fc.nat(999), (h, m, s, ms) => {
        const us = ((h * 60 + m) * 60 + s) * 1_000_000 + ms * 1_000;
        expect(value(parseDuration, `${h}h${m}m${s}s${ms}ms`)).toBe(us);
      }),
    );
    const cases: [(given: string) => object, string, unknown][] = [
      [parseDuration, '1d', 86_400_000_000],
      [parseDuration, '250us', 250],
      [parseDuration, '0', 0],
      [parseDuration, '10', 'refused'],
      [parseDuration, '1.5s', 'refused'],
      [parseDuration, '1s1m', 'refused'],
      [parseDuration, '1s1s', 'refused'],
      [parseDuration, '-1s', 'refused'],
      [parseDuration, '', 'refused'],
      [parseDuration, '999999999d', 'refused'],
      [parseCpu, '500m', 500],
      [parseCpu, '0.25', 250],
      [parseCpu, '.5', 'refused'],
      [parseCpu, '1.0005', 'refused'],
      [parseCpu, '1e3', 'refused'],
      [parseBytes, '256Mi', 268_435_456],
      [parseBytes, '1G', 1_000_000_000],
      [parseBytes, '64KiB', 65_536],
      [parseBytes, '5mi', 'refused'],
      [parseBytes, '9007199254740993', 'refused'],
      [parseBytes, '8192Ti', 'refused'],
      [parseShare, '0.125', 125],
      [parseShare, '12.5%', 125],
      [parseShare, '1', 1_000],
      [parseShare, '1.001', 'refused'],
      [parseShare, '101%', 'refused'],
    ];
    for (const [parse, given, right] of cases)
      expect([given, value(parse, given)]).toEqual([given, right]);
  });
});

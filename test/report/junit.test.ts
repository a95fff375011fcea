import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XmlDocument, XmlElement, XsdValidator } from 'libxml2-wasm';
import { describe, expect, test } from 'vitest';
import { junitXml } from '../../src/report/junit-reporter.ts';
import { finding, gate, otherParts, sweepPart } from './gate-records.ts';

const schema = XmlDocument.fromString(readFileSync(join(import.meta.dirname, 'junit.xsd'), 'utf8'));
const validator = XsdValidator.fromDoc(schema);

/** Throws when the text is no XML, or none that Jenkins takes. */
function valid(text: string): XmlDocument {
  const document = XmlDocument.fromString(text);
  validator.validate(document);
  return document;
}

function attributes(document: XmlDocument, path: string, name: string): readonly string[] {
  return document.root
    .find(path)
    .map((node) => (node instanceof XmlElement ? (node.attr(name)?.value ?? '') : ''));
}

const known = { rung: 'T1', until: '2030-06-01', reason: 'issue 7' };

describe('JUnit XML', () => {
  test('fits the schema, whatever came of the parts', () => {
    const tolerated = finding(2, { known });
    const parts = [...otherParts, sweepPart([finding(1), tolerated])];
    const document = valid(junitXml(gate(parts, 'fault')));
    expect(attributes(document, '//testsuite', 'name')).toEqual([
      'doctor tide',
      'case cases/tide.json',
      'canary tide M1',
      'tide',
    ]);
    const outcomes = document.root
      .find('//failure | //error | //skipped')
      .map((node) => (node instanceof XmlElement ? node.name : ''));
    expect(outcomes).toEqual(['error', 'error', 'error', 'failure', 'failure', 'skipped']);
    expect(attributes(document, '/testsuites', 'failures')).toEqual(['2']);
    expect(attributes(document, '/testsuites', 'errors')).toEqual(['3']);
    const counted = attributes(document, '//testsuite', 'tests').map(Number);
    expect(counted.reduce((sum, one) => sum + one, 0)).toBe(
      document.root.find('//testcase').length,
    );
  });

  test('is green without a failure, an error or a test left out', () => {
    const document = valid(junitXml(gate([sweepPart([], 'held')], 'held')));
    expect(document.root.find('//failure | //error | //skipped')).toEqual([]);
    expect(document.root.find('//testcase').length).toBe(3);
  });

  test('an inconclusive part is an error: unknown is never green', () => {
    const document = valid(junitXml(gate([sweepPart([], 'inconclusive')], 'inconclusive')));
    expect(attributes(document, '//error', 'type')).toEqual(['inconclusive']);
  });

  test('carries any text', () => {
    const statement = 'a "quoted" <tag> & \u0000 \u001b[31m ]]> \ud800 \uffff\nsecond line\ttab';
    const document = valid(junitXml(gate([sweepPart([finding(1, { statement })])], 'broken')));
    const [message] = attributes(document, '//failure', 'message');
    expect(message).toContain('a "quoted" <tag> & \ufffd \ufffd[31m ]]> \ufffd \ufffd\nsecond');
    const body = document.root.find('//failure')[0]!.content;
    expect(body).toContain('replay    seedstorm replay tide --seed 17');
    expect(body).toContain('seeds     17, 18\nbroken  T1 no ebb');
  });

  test('the validator is no rubber stamp', () => {
    const good = junitXml(gate([sweepPart([finding(1)])], 'broken'));
    expect(() => valid(good.replace('tests="', 'tests="x'))).toThrow();
    expect(() => valid(good.replace('<failure ', '<failed '))).toThrow();
    expect(() => valid(good.replace('</testsuite>', ''))).toThrow();
  });
});

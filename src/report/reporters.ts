import { agentReporter } from './agent-reporter.ts';
import { blobReporter } from './blob-reporter.ts';
import { githubReporter } from './github-reporter.ts';
import { htmlReporter } from './html-reporter.ts';
import { jsonReporter } from './json-reporter.ts';
import { junitReporter } from './junit-reporter.ts';
import { prettyReporter } from './pretty-reporter.ts';
import type { ReporterFactory } from './reporter.ts';

/** The reporters of the package, by name. */
export const reporters: Readonly<Record<string, ReporterFactory>> = {
  pretty: prettyReporter,
  agent: agentReporter,
  json: jsonReporter,
  junit: junitReporter,
  github: githubReporter,
  html: htmlReporter,
  blob: blobReporter,
};

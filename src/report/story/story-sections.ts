import type { Story } from '../../record/story.ts';
import type { StoryRecord, StorySection, StorySentence } from '../../record/story-record.ts';
import { outcomeText } from './story-text.ts';
import { seconds } from './tell-story.ts';

/** A story in the sections that pages show, each sentence with the step that it is about. */
export function storySections(story: Story): StoryRecord {
  const { broken } = story;
  const plain = (sentences: readonly string[]): readonly StorySentence[] =>
    sentences.map((text) => ({ text }));
  const sections: readonly StorySection[] = [
    { title: 'In short', sentences: plain([story.headline, ...story.cluster]) },
    {
      title: 'What happened',
      sentences: story.lines.map(({ timeUs, step, text }) => ({
        text: `${seconds(timeUs)}: ${text}.`,
        step,
      })),
    },
    {
      title: 'What broke',
      sentences: broken.facts.map((fact, at) => ({
        text: at === 0 ? fact : `But: ${fact}`,
        step: broken.step,
      })),
    },
    { title: 'What mattered', sentences: plain(story.mattered) },
    {
      title: 'What if',
      sentences: plain(story.whatIfs.map((one) => `${outcomeText(one)} without ${one.without}.`)),
    },
  ];
  return { sections: sections.filter(({ sentences }) => sentences.length > 0) };
}

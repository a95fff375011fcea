/** A failure told in plain sentences: what a report shows above its pictures. */
export interface StoryRecord {
  readonly sections: readonly StorySection[];
}

/** A part of a story under one heading. */
export interface StorySection {
  readonly title: string;
  readonly sentences: readonly StorySentence[];
}

/** One sentence, and the step that it is about, if there is one. */
export interface StorySentence {
  readonly text: string;
  readonly step?: number;
}

/** The built command line, and a new project for each test. */
import { writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Bundle } from '../engine/bundle';
import { bundle } from '../engine/bundle';
import type { Change } from '../engine/project';
import { configText, Project } from '../engine/project';
import type { Finished, Started } from './sparsescope';
import { sparsescope, start } from './sparsescope';

class Fixture {
  built!: Bundle;
  project!: Project;

  /** Writes the project's config. */
  readonly config = (change: Change = {}, text = configText(change)): Promise<void> =>
    writeFile(this.project.configPath, text);
  readonly cli = (...args: string[]): Promise<Finished> => sparsescope(this.built.cli, args, this.project.root);
  readonly begin = (...args: string[]): Started => start(this.built.cli, args, this.project.root);
}

/** Registers its own hooks: once a file, outside of any test. */
export function cliFixture(): Fixture {
  const fixture = new Fixture();
  beforeAll(async () => {
    fixture.built = await bundle();
  });
  afterAll(() => fixture.built.remove());
  beforeEach(async () => {
    fixture.project = await Project.create();
  });
  afterEach(() => fixture.project.remove());
  return fixture;
}

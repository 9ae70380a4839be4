import assert from 'node:assert/strict';
import { commands, extensions } from 'vscode';
import { paletteCommands } from '../../src/contributions';
import { state, until } from './support';

export const activationJourneys = (): void =>
  void describe('activation', () => {
    it('comes up by itself once the window is ready', async () => {
      const extension = extensions.getExtension('sparsescope.sparsescope');
      assert.ok(extension, 'the extension is not there');
      await until('the extension to be active', () => extension.isActive);
    });

    it('registers every command of the palette', async () => {
      const known = new Set(await commands.getCommands(true));
      assert.deepEqual(
        paletteCommands.filter((id) => !known.has(id)),
        [],
      );
    });

    it('starts no engine before it is needed', async () => {
      const { engine, runs } = await state();
      assert.equal(engine.starts, 0);
      assert.equal(engine.pid, undefined);
      assert.deepEqual(runs, []);
    });
  });

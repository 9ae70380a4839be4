import assert from 'node:assert/strict';
import { extensions } from 'vscode';

export const registerJourneys = (): void => {
  describe('activation', () => {
    it('activates without an error', async () => {
      const extension = extensions.getExtension('sparsescope.sparsescope');
      assert.ok(extension, 'the extension is not there');
      await extension.activate();
      assert.equal(extension.isActive, true);
    });
  });
};

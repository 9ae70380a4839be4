/** Holds package.json and package.nls.json against src/contributions.ts: each name exists on both sides, once. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as ours from '../../src/contributions';
import { backendNames } from '../../src/protocol/run';

interface Menu {
  command: string;
  when?: string;
}
interface Manifest {
  main: string;
  icon: string;
  activationEvents: string[];
  capabilities: { untrustedWorkspaces: { supported: string; restrictedConfigurations: string[] } };
  contributes: {
    commands: { command: string; title: string; category?: string; icon?: string }[];
    configuration: { properties: Record<string, { default: unknown; enum?: string[] }> };
    viewsContainers: { activitybar: { id: string; icon: string }[] };
    views: Record<string, { id: string; icon: string }[]>;
    viewsWelcome: { view: string; contents: string; when?: string }[];
    menus: Record<string, Menu[]>;
    customEditors: { viewType: string; selector: { filenamePattern: string }[] }[];
    jsonValidation: { fileMatch: string; url: string }[];
    yamlValidation: { fileMatch: string; url: string }[];
    walkthroughs: { id: string; steps: { media: { markdown: string }; completionEvents: string[] }[] }[];
  };
}

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(text) as Manifest;
const nlsText = readFileSync(join(root, 'package.nls.json'), 'utf8');
const nls = JSON.parse(nlsText) as Record<string, string>;
const { contributes } = manifest;
const menus = Object.values(contributes.menus).flat();
const whens = [...menus, ...contributes.viewsWelcome].map((entry) => entry.when ?? '');
const allWhens =
  whens.join('\n') + contributes.commands.map((c) => (c as { enablement?: string }).enablement).join('\n');

const sorted = (values: Iterable<string>): string[] => [...values].sort();

const sweepContexts = Object.values(ours.sweepContexts);

describe('the manifest', () => {
  it('contributes exactly the palette commands, each under the category Sparsescope', () => {
    expect(sorted(contributes.commands.map((c) => c.command))).toEqual(sorted(ours.paletteCommands));
    expect(contributes.commands.filter((c) => c.category !== 'Sparsescope')).toEqual([]);
  });

  it('has no internal command in a menu or the palette', () => {
    const contributed = new Set(contributes.commands.map((c) => c.command));
    expect(ours.internalCommands.filter((id) => contributed.has(id))).toEqual([]);
  });

  it('names only existing commands in menus, welcome texts and walkthroughs', () => {
    const known = new Set<string>(ours.paletteCommands);
    const linked = [...nlsText.matchAll(/command:([\w.]+)/g)].map((match) => match[1]);
    const completing = contributes.walkthroughs.flatMap((w) => w.steps.flatMap((step) => step.completionEvents));
    const named = [...menus.map((m) => m.command), ...linked, ...completing.map((e) => e.replace('onCommand:', ''))];
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((id) => !known.has(id))).toEqual([]);
  });

  it('has an icon for each command shown inline', () => {
    const icons = new Map(contributes.commands.map((c) => [c.command, c.icon]));
    const inline = menus.filter((m) => /^(inline|navigation@[1-9]$)/.test((m as { group?: string }).group ?? ''));
    expect(inline.filter((m) => !icons.get(m.command))).toEqual([]);
  });

  it('contributes exactly the settings, with their defaults', () => {
    const declared = Object.entries(contributes.configuration.properties).map(([id, p]) => [id, p.default]);
    expect(Object.fromEntries(declared)).toEqual(ours.settingDefaults);
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual([...ours.restrictedSettings]);
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe('limited');
  });

  it('contributes exactly the views, in the one container', () => {
    expect(contributes.viewsContainers.activitybar.map((c) => c.id)).toEqual([ours.viewContainer]);
    expect(Object.keys(contributes.views)).toEqual([ours.viewContainer]);
    const declared = contributes.views[ours.viewContainer].map((view) => view.id);
    expect(sorted(declared)).toEqual(sorted(Object.values(ours.views)));
    const known = new Set<string>(declared);
    expect(contributes.viewsWelcome.filter((w) => !known.has(w.view))).toEqual([]);
    const inMenus = [...allWhens.matchAll(/view == ([\w.]+)/g)].map((match) => match[1]);
    expect(inMenus.filter((id) => !known.has(id))).toEqual([]);
  });

  it('uses each context key and only those', () => {
    const used = [...allWhens.matchAll(/sparsescope\.\w+/g)].map((match) => match[0]);
    const viewIds = new Set<string>(Object.values(ours.views));
    expect(sorted(new Set(used.filter((key) => !viewIds.has(key))))).toEqual(sorted(ours.contextKeys));
  });

  it('gives each kind of run item an action, and no unknown kind one', () => {
    const items = contributes.menus['view/item/context'];
    for (const context of [...Object.values(ours.runContexts), ...sweepContexts]) {
      const matching = items.filter((item) => {
        const equal = /viewItem == ([\w.]+)/.exec(item.when ?? '')?.[1];
        const pattern = /viewItem =~ \/(.+)\//.exec(item.when ?? '')?.[1];
        return equal === context || (pattern !== undefined && new RegExp(pattern).test(context));
      });
      // Of a trial that has not begun there is nothing.
      if (context === ours.sweepContexts.waiting) expect(matching).toEqual([]);
      else expect(matching.length, context).toBeGreaterThan(1);
    }
    const named = items.flatMap((item) => /viewItem == ([\w.]+)/.exec(item.when ?? '')?.[1] ?? []);
    const kinds = new Set<string>([...Object.values(ours.runContexts), ...sweepContexts]);
    expect(named.filter((kind) => !kinds.has(kind))).toEqual([]);
  });

  it('matches config files in menus as src/contributions.ts does', () => {
    const patterns = [...allWhens.matchAll(/resourceFilename =~ \/(.+?)\/(?:\s|$)/gm)].map((match) => match[1]);
    expect(new Set(patterns)).toEqual(new Set([ours.configFile.source]));
    expect(contributes.yamlValidation.map((v) => v.fileMatch)).toEqual(['*.sparse.yaml']);
    expect(contributes.jsonValidation.map((v) => v.fileMatch)).toEqual(['*.sparse.json']);
  });

  it('contributes the custom editor and the panel as named', () => {
    expect(contributes.customEditors.map((e) => e.viewType)).toEqual([ours.tensorEditorType]);
    expect(contributes.customEditors[0].selector).toEqual([{ filenamePattern: ours.tensorGlob }]);
    const restored = [
      ours.runPanelType,
      ours.comparePanelType,
      ours.compareRunsPanelType,
      ours.dataPanelType,
      ours.sharingPanelType,
      ours.theoryPanelType,
    ];
    expect(manifest.activationEvents).toEqual(expect.arrayContaining(restored.map((type) => `onWebviewPanel:${type}`)));
    expect(contributes.walkthroughs.map((w) => w.id)).toEqual([ours.walkthroughId]);
  });

  it('starts where there is something of ours, not in every window', () => {
    const { activationEvents } = manifest;
    const sought = activationEvents.flatMap((event) => /^workspaceContains:(.+)/.exec(event)?.[1] ?? []);
    const configs = ['yaml', 'json'].map((format) => ours.configGlob.replace('{yaml,json}', format));
    expect(sorted(sought)).toEqual(sorted([...configs, ours.runRecordGlob, ours.sweepRecordGlob]));
    expect(activationEvents.filter((event) => /^(\*|onStartupFinished)$/.test(event))).toEqual([]);
  });

  it('leaves an unreadable run nothing but its folder', () => {
    const items = contributes.menus['view/item/context'].filter(({ when }) => {
      const pattern = /viewItem =~ \/(.+)\//.exec(when ?? '')?.[1];
      return pattern !== undefined && new RegExp(pattern).test(ours.runContexts.unreadable);
    });
    expect(new Set(items.map(({ command }) => command))).toEqual(
      new Set(['sparsescope.deleteRun', 'sparsescope.revealRunFolder']),
    );
  });

  it('has a sentence for each %key% and no other', () => {
    const used = [...text.matchAll(/%([\w.]+)%/g)].map((match) => match[1]);
    const backend = contributes.configuration.properties['sparsescope.backend'].enum ?? [];
    expect(backend).toEqual(['auto', ...backendNames]);
    expect(sorted(new Set(used))).toEqual(sorted(Object.keys(nls)));
    expect(Object.entries(nls).filter(([, sentence]) => sentence.trim() === '')).toEqual([]);
  });

  it('points to files that exist', () => {
    const files = [
      manifest.icon,
      ...contributes.viewsContainers.activitybar.map((c) => c.icon),
      ...contributes.walkthroughs.flatMap((w) => w.steps.map((step) => step.media.markdown)),
      ...[...contributes.jsonValidation, ...contributes.yamlValidation].map((v) => v.url),
    ];
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});

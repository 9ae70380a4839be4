/** The one script of every webview: mounts the view that the host wrote into `data-boot`. */
import type { ViewBoot } from '../src/protocol/views';
import { openBridge, type Bridge } from './bridge';
import { registerControls } from './controls';
import { badBoot, unknownView } from './errors';
import { failure } from './parts/states';
import { views } from './views/registry';
import 'uplot/dist/uPlot.min.css';
import './styles/theme.css';
import './styles/controls.css';
import './styles/parts.css';
import './styles/dots.css';
import './styles/views.css';
import './styles/spectrum.css';
import './styles/narrow.css';
import './styles/compare.css';
import './styles/compare-runs.css';
import './styles/data.css';
import './styles/sharing.css';

type Mount = (root: HTMLElement, bridge: Bridge, state: ViewBoot['state']) => void;

const mount = (root: HTMLElement): void => {
  const text = root.dataset['boot'];
  if (text === undefined) throw badBoot();
  const { view, state } = JSON.parse(text) as ViewBoot;
  if (!Object.hasOwn(views, view)) throw unknownView(view);
  (views[view] as Mount)(root, openBridge(), state);
};

registerControls();
try {
  mount(document.body);
} catch (error) {
  document.body.append(failure(error, []));
}

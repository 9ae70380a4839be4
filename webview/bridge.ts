/** The way out of the page: messages to the extension host, and the small state that outlives the page. */
import { Peer, type Api, type Channel } from '../src/protocol/rpc';
import { sentence } from './errors';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare const acquireVsCodeApi: () => VsCodeApi;

/** A view serves no methods: it asks and hears. */
export type NoMethods = object;

/** One end of the page's channel, calling `Other` and hearing `Events`. */
export type ViewPeer<Other extends Api<Other>, Events> = Peer<NoMethods, Other, NoMethods, Events>;

export interface Bridge {
  connect<Other extends Api<Other>, Events>(): ViewPeer<Other, Events>;
  /** What the page kept before it was hidden or the window closed; checked by whoever reads it. */
  readonly kept: unknown;
  /** Replaces what is kept. */
  keep(state: unknown): void;
}

/** Can be called once in the life of a page: the editor hands its API out only once. */
export const openBridge = (): Bridge => {
  const api = acquireVsCodeApi();
  const channel: Channel = {
    send: (message) => api.postMessage(message),
    onMessage: (receive) => {
      const listener = (event: MessageEvent<unknown>): void => receive(event.data);
      window.addEventListener('message', listener);
      return () => window.removeEventListener('message', listener);
    },
  };
  return {
    connect: () => new Peer(channel, {}, sentence),
    kept: api.getState(),
    keep: (state) => api.setState(state),
  };
};

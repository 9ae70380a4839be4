import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { ViewBoot } from '../../protocol/views';
import { webviewPage } from './webview-html';

/** Lets `webview` load our own build output and nothing else, and gives it its page. */
export const openPage = (webview: vscode.Webview, extension: vscode.Uri, title: string, boot: ViewBoot): void => {
  const dist = vscode.Uri.joinPath(extension, 'dist');
  webview.options = { enableScripts: true, enableForms: false, localResourceRoots: [dist] };
  webview.html = webviewPage({
    source: webview.cspSource,
    nonce: randomBytes(16).toString('hex'),
    script: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'webview.js')).toString(),
    style: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'webview.css')).toString(),
    title,
    language: vscode.env.language,
    boot,
  });
};

/** The few product icons a toolbar needs, drawn on a 16 x 16 grid: a page with our content policy loads no font. */
const paths = {
  play: 'M4.5 2.8v10.4L13 8z',
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  first: 'M3 3h1.4v10H3zM13 3v10L5.6 8z',
  last: 'M11.6 3H13v10h-1.4zM3 3v10l7.4-5z',
  previous: 'M10.9 2.6 12 3.7 7.7 8l4.3 4.3-1.1 1.1L5.5 8z',
  next: 'M5.1 2.6 4 3.7 8.3 8 4 12.3l1.1 1.1L10.5 8z',
  plus: 'M7.4 3h1.2v4.4H13v1.2H8.6V13H7.4V8.6H3V7.4h4.4z',
  minus: 'M3 7.4h10v1.2H3z',
  fit: 'M2.5 2.5h4v1.2H3.7v2.8H2.5zM9.5 2.5h4v4h-1.2V3.7H9.5zM2.5 9.5h1.2v2.8h2.8v1.2h-4zM12.3 9.5h1.2v4h-4v-1.2h2.8z',
  picture:
    'M2 2.5h12v11H2zM3.2 3.7v8.6h9.6V3.7zM4.2 11.2l2.6-3.6 1.8 2.2 1.4-1.6 2 3zM10.6 5a1.1 1.1 0 1 1 0 2.2 1.1 1.1 0 0 1 0-2.2z',
  file: 'M3.5 1.5h6l3 3v10h-9zM4.7 2.7v10.6h6.6V5.4H8.9V2.7zM5.8 7.4h4.4v1.1H5.8zM5.8 9.9h4.4V11H5.8z',
  table: 'M2 2.5h12v11H2zM3.2 5.9v2h3v-2zM7.4 5.9v2h5.4v-2zM3.2 9.1v3.2h3V9.1zM7.4 9.1v3.2h5.4V9.1z',
  help: 'M8 1.6a6.4 6.4 0 1 1 0 12.8A6.4 6.4 0 0 1 8 1.6zm0 1.2a5.2 5.2 0 1 0 0 10.4A5.2 5.2 0 0 0 8 2.8zm-.6 7.6h1.2v1.2H7.4zM8 4.3c1.3 0 2.2.8 2.2 2 0 1.7-1.6 1.6-1.6 3.1H7.4c0-2.1 1.6-2.1 1.6-3.1 0-.5-.4-.9-1-.9s-1 .4-1 1H5.8c0-1.3.9-2.1 2.2-2.1z',
  close: 'M3.9 3.1 8 7.2l4.1-4.1.8.8L8.8 8l4.1 4.1-.8.8L8 8.8l-4.1 4.1-.8-.8L7.2 8 3.1 3.9z',
  error:
    'M8 1.6a6.4 6.4 0 1 1 0 12.8A6.4 6.4 0 0 1 8 1.6zm0 1.2a5.2 5.2 0 1 0 0 10.4A5.2 5.2 0 0 0 8 2.8zM7.4 4.6h1.2v4.6H7.4zm0 5.6h1.2v1.2H7.4z',
} as const;

export type IconName = keyof typeof paths;

const namespace = 'http://www.w3.org/2000/svg';

export const icon = (name: IconName): SVGElement => {
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(namespace, 'path');
  path.setAttribute('d', paths[name]);
  path.setAttribute('fill-rule', 'evenodd');
  svg.append(path);
  return svg;
};

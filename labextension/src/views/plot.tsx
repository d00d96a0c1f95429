import { type IRenderMimeRegistry, MimeModel } from '@jupyterlab/rendermime';
import { Widget } from '@lumino/widgets';
import type { PartialJSONObject } from '@lumino/coreutils';
import React from 'react';

const PLOTLY = 'application/vnd.plotly.v1+json';

/** Draw a Plotly figure with JupyterLab's own renderer; nothing where there is none. */
export function Plot({ figure, label, rendermime }: Plot.IProps): JSX.Element | null {
  const host = React.useRef<HTMLDivElement>(null);
  const text = JSON.stringify(figure);
  const isKnown = rendermime.mimeTypes.includes(PLOTLY);
  React.useEffect(() => {
    const node = host.current;
    if (!node || !isKnown) {
      return undefined;
    }
    const renderer = rendermime.createRenderer(PLOTLY);
    Widget.attach(renderer, node);
    void renderer.renderModel(new MimeModel({ data: { [PLOTLY]: JSON.parse(text) } }));
    return () => renderer.dispose();
  }, [text, isKnown]);
  return isKnown ? (
    <div
      className="jp-Mlops-plot"
      style={{ minHeight: heightOf(figure) }}
      role="img"
      aria-label={label}
      ref={host}
    />
  ) : null;
}

/** The height that a figure asks for, so that nothing moves once it is drawn. */
function heightOf({ layout }: PartialJSONObject): number | undefined {
  const height = (layout as PartialJSONObject | undefined)?.height;
  return typeof height === 'number' ? height : undefined;
}

export namespace Plot {
  export interface IProps {
    readonly figure: PartialJSONObject;
    readonly label: string;
    readonly rendermime: Pick<IRenderMimeRegistry, 'mimeTypes' | 'createRenderer'>;
  }
}

import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';
import { Notice } from '../components/notice';
import { Watch } from '../components/watch';
import type { StatusModel } from '../model/status';
import { VERSION } from '../version';

/** Above the sections: the two halves are of different versions. Nothing otherwise. */
export function Banner({ other, ours, trans }: Banner.IProps): JSX.Element {
  return other === null ? (
    <></>
  ) : (
    <Notice
      title={trans.__('The server runs jupyter-mlops %1, this page %2.', other, ours)}
      hint={trans.__('Nothing can be changed from here until both are the same: reload the page.')}
      lines={[]}
      role="alert"
      copy={() => undefined}
      trans={trans}
    />
  );
}

export namespace Banner {
  export interface IProps {
    readonly other: string | null;
    readonly ours: string;
    readonly trans: TranslationBundle;
  }
}

export function createBanner(status: StatusModel, trans: TranslationBundle): ReactWidget {
  const widget = ReactWidget.create(
    <Watch signals={[status.changed]}>
      {() => <Banner other={status.otherVersion} ours={VERSION} trans={trans} />}
    </Watch>
  );
  widget.addClass('jp-Mlops-banner');
  return widget;
}

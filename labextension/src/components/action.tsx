import { addBelowIcon, copyIcon, type LabIcon } from '@jupyterlab/ui-components';
import React from 'react';
import type { ITools } from './tools';

/** A button, the magic it stands for, and that magic for the notebook or the clipboard. */
export function Action(props: Action.IProps): JSX.Element {
  const { label, line, refusal, onRun, tools } = props;
  const { trans, insert, copy } = tools;
  return (
    <div className="jp-Mlops-action">
      {onRun && <Press label={label} reason={refusal} title={line} onPress={onRun} />}
      {!onRun && label && <span className="jp-Mlops-quiet jp-Mlops-verb">{label}</span>}
      <code title={line}>{line}</code>
      <Icon
        icon={addBelowIcon}
        label={trans.__('Insert into notebook: %1', line)}
        reason={insert ? null : trans.__('Open a notebook first')}
        onPress={() => insert?.(line)}
      />
      <Icon icon={copyIcon} label={trans.__('Copy %1', line)} onPress={() => copy(line)} />
    </div>
  );
}

export namespace Action {
  export interface IProps {
    readonly label: string;
    readonly line: string;
    /** Why it may not be done, or null. */
    readonly refusal?: string | null;
    /** Without it, the line is there to be taken. */
    readonly onRun?: () => void;
    readonly tools: ITools;
  }
}

/** A button that stays reachable when it may not be pressed, and says why. */
export function Press(props: Press.IProps): JSX.Element {
  const { label, reason, title, onPress, isQuiet, isPressed } = props;
  return (
    <button
      type="button"
      className="jp-Mlops-press"
      data-quiet={isQuiet || undefined}
      title={reason ?? title ?? label}
      aria-disabled={reason ? true : undefined}
      aria-pressed={isPressed}
      onClick={() => !reason && onPress()}
    >
      {label}
    </button>
  );
}

export namespace Press {
  export interface IProps {
    readonly label: string;
    readonly reason?: string | null;
    readonly title?: string;
    readonly isQuiet?: boolean;
    /** Of a button that chooses: whether it is chosen. */
    readonly isPressed?: boolean;
    readonly onPress: () => void;
  }
}

function Icon(props: {
  icon: LabIcon;
  label: string;
  reason?: string | null;
  onPress: () => void;
}): JSX.Element {
  const { icon, label, reason, onPress } = props;
  return (
    <button
      type="button"
      className="jp-Button jp-mod-minimal jp-Mlops-copy"
      title={reason ?? label}
      aria-label={label}
      aria-disabled={reason ? true : undefined}
      onClick={() => !reason && onPress()}
    >
      <icon.react tag="span" elementSize="small" />
    </button>
  );
}

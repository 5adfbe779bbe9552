// One dialog for everything that a person does: it asks for the reason, which goes into the audit log.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { html } from '../html.js';
import { Cell, useCell } from '../net/cell.js';

const question = new Cell(null);
/// What was done last, for the eye and for screen readers.
export const notice = new Cell(null);

/// Asks, and then does it. `reason`: 'required', 'optional', or nothing where governor takes none; `fields`: `{name, label,
/// type, value, options, rows, hint, required}`; `run` gets the values and gives what is said when it is done.
export function ask({ title, text, fields = [], reason, confirm, danger = false, run }) {
  question.set({ title, text, fields, reason, confirm, danger, run, opener: document.activeElement });
}

export function DialogHost() {
  const asked = useCell(question);
  useEffect(() => {
    // Who goes elsewhere has given it up.
    addEventListener('hashchange', () => question.set(null));
  }, []);
  return asked && html`<${Question} key=${asked.title} asked=${asked} />`;
}

function Question({ asked }) {
  const dialog = useRef(null);
  const [refusal, setRefusal] = useState(null);
  const [isBusy, setBusy] = useState(false);
  useLayoutEffect(() => dialog.current.showModal(), []);
  const close = () => {
    question.set(null);
    asked.opener?.focus?.();
  };
  const submit = async (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.currentTarget));
    setBusy(true);
    setRefusal(null);
    try {
      const done = await asked.run(values);
      close();
      if (done) say(done);
    } catch (error) {
      setRefusal(error.message);
      setBusy(false);
    }
  };
  return html`<dialog ref=${dialog} aria-labelledby="dialog-title" onCancel=${(event) => (event.preventDefault(), close())}>
    <form onSubmit=${submit}>
      <h2 id="dialog-title">${asked.title}</h2>
      ${asked.text && html`<p>${asked.text}</p>`}
      ${asked.fields.map((field) => html`<${Field} key=${field.name} field=${field} />`)}
      ${
        asked.reason &&
        html`<label class="field block">Reason${asked.reason === 'optional' ? ' (may be left out)' : ''}
        <textarea name="reason" rows="2" maxlength="500" required=${asked.reason === 'required'}></textarea>
        <small>It is kept in the audit log, and whoever is concerned is told.</small></label>`
      }
      ${refusal && html`<p class="notice bad" role="alert">${refusal}</p>`}
      <div class="buttons">
        <button type="button" onClick=${close}>Cancel</button>
        <button type="submit" class=${asked.danger ? 'danger' : 'primary'} disabled=${isBusy}>${asked.confirm}</button>
      </div>
    </form>
  </dialog>`;
}

/// What was typed stays when the page behind is drawn anew, so fields have a first value only.
function Field({ field }) {
  const common = { name: field.name, required: field.required };
  let input = html`<input ...${common} type=${field.type ?? 'text'} min=${field.min} step=${field.step} defaultValue=${field.value ?? ''} autocomplete="off" />`;
  if (field.rows) input = html`<textarea ...${common} rows=${field.rows}></textarea>`;
  if (field.options)
    input = html`<select ...${common}>${field.options.map(([value, title]) => html`<option value=${value} selected=${value === field.value}>${title}</option>`)}</select>`;
  return html`<label class="field block">${field.label}${input}${field.hint && html`<small>${field.hint}</small>`}</label>`;
}

const kNoticeTime = 8_000;
let clearing = null;

function say(text) {
  clearTimeout(clearing);
  notice.set(text);
  clearing = setTimeout(() => notice.set(null), kNoticeTime);
}

export function Notice() {
  return html`<div class="toast" role="status" aria-live="polite">${useCell(notice)}</div>`;
}

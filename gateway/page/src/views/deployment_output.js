// What the program of a deployment writes, and the way to answer it.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../html.js';
import { plainText } from '../lib/terminal_text.js';
import { tool } from '../net/rpc.js';
import { useSource } from '../net/source.js';
import { Empty, Pending, Section } from '../parts/small.js';

const kMostText = 200_000;
/// Output is a file beside the database, of which nothing is pushed: while it is followed the file is looked at so often.
const kPause = 1_000;

export function DeploymentOutput({ id, isOver }) {
  const [isFollowing, setFollowing] = useState(true);
  const box = useRef(null);
  const source = useSource(`output ${id}`, [`governor://deployments/${id}`], async (known) => {
    const from = known ? { offset: known.next } : {};
    const page = await tool('get_deployment_output', { deployment_id: id, limit: 65_536, ...from });
    if (known && page.text === '') return known;
    return { text: ((known?.text ?? '') + plainText(page.text)).slice(-kMostText), next: page.next_offset };
  });
  useEffect(() => {
    if (isOver || !isFollowing) return undefined;
    const timer = setInterval(() => document.hidden || source.reload(), kPause);
    return () => clearInterval(timer);
  }, [id, isOver, isFollowing]);
  useEffect(() => {
    if (isFollowing && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [source.data, isFollowing]);
  return html`<${Section} title="Output" actions=${
    !isOver &&
    html`<label class="field check"><input type="checkbox" checked=${isFollowing}
      onChange=${(event) => setFollowing(event.currentTarget.checked)} /> Follow</label>`
  }>
    <${Pending} source=${isOver && source.error && !source.data ? { data: { text: null } } : source}>${({ text }) =>
      text === null ? html`<${Empty} title="There is no output.">${source.error.message}</${Empty}>` :
      text === ''
        ? html`<${Empty} title="It has written nothing yet." />`
        : html`<pre ref=${box} class="output" tabindex="0" role="region" aria-label="Output of ${id}">${text}</pre>`}</${Pending}>
    ${!isOver && html`<${Input} id=${id} sent=${source.reload} />`}
  </${Section}>`;
}

function Input({ id, sent }) {
  const [said, setSaid] = useState(null);
  const submit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const text = new FormData(form).get('text');
    try {
      await tool('send_input', { deployment_id: id, text });
      form.reset();
      setSaid({ tone: 'faint', text: 'Sent.' });
      sent();
    } catch (error) {
      setSaid({ tone: 'notice bad', text: error.message });
    }
  };
  return html`<form class="filters" onSubmit=${submit}>
    <label class="field grow">Input for its terminal<input name="text" autocomplete="off" spellcheck=${false} required /></label>
    <button class="primary">Send</button>
    <p role="status" class=${said?.tone ?? ''}>${said?.text}</p></form>`;
}

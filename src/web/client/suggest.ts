// Suggestions under the search box: the ARIA combobox pattern. Without this script the box is a plain form.
export {};

type Suggestion = { text: string; kind: string; url: string };

const WAIT_MS = 120; // after the last key: about the pause between two keys of a fast typist
const KIND_TEXTS: Record<string, string> = { product: 'Product', category: 'Department', brand: 'Brand' };

const input = document.querySelector<HTMLInputElement>('form.search input[name=term]');
if (input) enhance(input);

function enhance(box: HTMLInputElement): void {
  const list = document.createElement('ul');
  list.id = 'suggestions';
  list.className = 'suggestions';
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', 'Suggestions');
  list.hidden = true;
  box.after(list);
  box.setAttribute('role', 'combobox');
  box.setAttribute('aria-autocomplete', 'list');
  box.setAttribute('aria-controls', list.id);
  box.setAttribute('aria-expanded', 'false');

  let timer = 0;
  let running: AbortController | undefined;
  let typed = box.value;
  let at = -1;

  const options = () => [...list.querySelectorAll<HTMLElement>('[role=option]')];

  /** No list comes any more: what was asked is forgotten, and what was about to be asked is not. */
  function standStill(): void {
    clearTimeout(timer);
    running?.abort();
  }

  function close(): void {
    standStill();
    list.hidden = true;
    at = -1;
    box.setAttribute('aria-expanded', 'false');
    box.removeAttribute('aria-activedescendant');
  }

  function open(suggestions: Suggestion[]): void {
    list.replaceChildren(...suggestions.map(option));
    at = -1;
    list.hidden = suggestions.length === 0;
    box.setAttribute('aria-expanded', String(suggestions.length > 0));
    box.removeAttribute('aria-activedescendant');
  }

  function option(suggestion: Suggestion, index: number): HTMLElement {
    const item = document.createElement('li');
    item.id = `suggestion-${index}`;
    item.setAttribute('role', 'option');
    item.setAttribute('aria-selected', 'false');
    item.dataset.url = suggestion.url;
    item.dataset.text = suggestion.text;
    item.textContent = suggestion.text;
    const kind = KIND_TEXTS[suggestion.kind];
    if (kind) {
      const note = document.createElement('span');
      note.className = 'kind';
      note.textContent = kind;
      item.append(' ', note);
    }
    return item;
  }

  /** -1 is the box itself, with what was typed. Whoever chooses must not lose what they are at to a slow answer for the last letter. */
  function move(to: number): void {
    standStill();
    const all = options();
    at = to < -1 ? all.length - 1 : to >= all.length ? -1 : to;
    for (const [index, item] of all.entries()) item.setAttribute('aria-selected', String(index === at));
    const chosen = all[at];
    box.value = chosen?.dataset.text ?? typed;
    if (chosen) box.setAttribute('aria-activedescendant', chosen.id);
    else box.removeAttribute('aria-activedescendant');
  }

  async function ask(): Promise<void> {
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(`/search/suggest?term=${encodeURIComponent(typed)}`, {
        headers: { accept: 'application/json' },
        signal: running.signal,
      });
      if (!answer.ok) return close();
      const { suggestions } = (await answer.json()) as { suggestions: Suggestion[] };
      if (document.activeElement === box) open(suggestions);
    } catch {
      // Aborted by the next key, or offline: the box still works as a form.
    }
  }

  box.addEventListener('input', () => {
    typed = box.value;
    clearTimeout(timer);
    if (typed.trim() === '') close();
    else timer = window.setTimeout(ask, WAIT_MS);
  });

  box.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !list.hidden) {
      box.value = typed;
      close();
      event.preventDefault();
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && !list.hidden) {
      move(event.key === 'ArrowDown' ? at + 1 : at - 1);
      event.preventDefault();
    } else if (event.key === 'Enter') {
      const url = options()[at]?.dataset.url;
      if (url && !list.hidden) {
        event.preventDefault();
        location.href = url;
      }
    }
  });

  // Before the box loses focus, which would close the list under the pointer.
  list.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    const url = (event.target as Element).closest<HTMLElement>('[role=option]')?.dataset.url;
    if (url && event.button === 0) location.href = url;
  });
  box.addEventListener('blur', close);
}

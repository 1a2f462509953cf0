// Typing key slips: hidden unless one asks, checked by themselves as soon as they are whole, read by a scanner or from a
// picture of the square. Nothing of it leaves the page but to the server's check. Works without.
(() => {
  'use strict';
  const tools = document.getElementById('slip-tools');
  const fields = [...document.querySelectorAll('input.slip-words')];
  const WORDS = 20, DIGITS = 80;

  const button = (text) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = 'btn slip-tool';
    made.textContent = text;
    return made;
  };
  // How many words stand in the field; a row of digits counts four for one.
  const counted = (text) => {
    const plain = text.normalize('NFKC').trim();
    if (/^[\d\s.,-]+$/.test(plain)) return Math.floor(plain.replace(/\D/g, '').length / 4);
    return plain.split(/[\s,，、;；]+/).filter((each) => /[a-z]|\d{4}/i.test(each)).length;
  };
  const next = (field) => {
    const rest = fields.slice(fields.indexOf(field) + 1).find((other) => !other.value.trim());
    (rest || field.form.querySelector('input[type=checkbox]') || field.form.querySelector('button[name=do]')).focus();
  };

  const wire = (field, place) => {
    const status = document.createElement('p');
    status.className = 'slip-status small';
    status.setAttribute('role', 'status');
    // What the server refused stands below the field already, until something else is typed.
    const refusal = field.parentElement.querySelector('.invalid-feedback');
    let asked = refusal ? field.value : '';
    const check = async (jump) => {
      const text = field.value;
      if (counted(text) < WORDS) {
        status.textContent = text ? tools.dataset.progress.replace('{done}', counted(text)) : '';
        status.classList.remove('right', 'wrong');
        asked = '';
        return;
      }
      if (text === asked) return;
      asked = text;
      const body = new FormData();
      body.set('csrfmiddlewaretoken', field.form.elements.csrfmiddlewaretoken.value);
      body.set('field', place);
      body.set('text', text);
      if (tools.dataset.mine) body.set('mine', '1');
      const answer = await fetch(tools.dataset.check, {method: 'POST', body, redirect: 'error'});
      if (!answer.ok || field.value !== text) return;
      const told = await answer.json();
      status.textContent = told.sentence;
      status.classList.toggle('right', told.right);
      status.classList.toggle('wrong', !told.right);
      if (told.right && jump && document.activeElement === field) next(field);
    };
    const look = (jump) => check(jump).catch(() => { asked = ''; });

    const bar = document.createElement('div');
    bar.className = 'slip-bar';
    const eye = button(tools.dataset.show);
    eye.setAttribute('aria-pressed', 'false');
    eye.setAttribute('aria-controls', field.id);
    eye.addEventListener('click', () => {
      const open = field.type === 'password';
      field.type = open ? 'text' : 'password';
      eye.textContent = open ? tools.dataset.hide : tools.dataset.show;
      eye.setAttribute('aria-pressed', String(open));
    });
    bar.append(eye);
    if ('BarcodeDetector' in window) {
      const file = document.createElement('input');
      file.type = 'file';
      file.accept = 'image/*';
      file.capture = 'environment';
      file.hidden = true;
      const pick = button(tools.dataset.picture);
      pick.addEventListener('click', () => file.click());
      file.addEventListener('change', async () => {
        try {
          const picture = await createImageBitmap(file.files[0]);
          const squares = await new window.BarcodeDetector({formats: ['qr_code']}).detect(picture);
          const read = squares.map((each) => each.rawValue).find((each) => /^\d{80}$/.test(each));
          if (!read) throw new Error('none');
          field.value = read;
          field.focus();
          look(true);
        } catch {
          status.textContent = tools.dataset.none;
        }
        file.value = '';
      });
      bar.append(pick, file);
    }
    field.after(bar, status);
    field.addEventListener('input', () => {
      refusal?.remove();
      field.classList.remove('is-invalid');
      field.removeAttribute('aria-invalid');
      look(field.value.replace(/\D/g, '').length >= DIGITS);
    });
    // A scanner ends with Enter: that goes on to the next slip and sends nothing.
    field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      if (counted(field.value) >= WORDS) next(field);
    });
    field.form.addEventListener('submit', () => { field.type = 'password'; });
    if (field.value) look(false);
  };
  if (tools) fields.forEach((field, index) => wire(field, index + 1));

  // The square of the ceremony carries the code behind the #, which no server sees.
  const code = document.querySelector('#take #id_code');
  const take = () => {
    const carried = location.hash.slice(1);
    if (!code || !/^\d{20}$/.test(carried)) return;
    code.value = carried.replace(/(\d{4})(?=\d)/g, '$1 ');
    history.replaceState(null, '', location.pathname);
    document.querySelector('#take button').focus();
  };
  take();
  window.addEventListener('hashchange', take);
})();

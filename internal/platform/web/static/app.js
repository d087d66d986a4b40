// Small comforts; every page works without them. ES2017 only.
(function () {
  'use strict';

  // Live filter: <input data-filter="#id"> hides the rows of the table whose text does not hold it,
  // in the columns marked for it or in all. What is downloaded or sorted follows.
  document.querySelectorAll('input[data-filter]').forEach(function (input) {
    var table = document.querySelector(input.getAttribute('data-filter'));
    if (!table) return;
    var heads = Array.prototype.slice.call(table.querySelectorAll('thead tr:last-child th'));
    var columns = heads.map(function (th, i) { return th.hasAttribute('data-filter') ? i : -1; }).filter(function (i) { return i >= 0; });
    var asked = input.form && input.form.method === 'get' ? input.value.trim() : '';
    input.addEventListener('input', function () {
      var want = input.value.trim().toLowerCase();
      var shown = 0;
      table.querySelectorAll('tbody tr').forEach(function (tr) {
        var cells = Array.prototype.slice.call(tr.cells).filter(function (td, i) { return (!columns.length || columns.indexOf(i) >= 0) && !td.querySelector('svg'); });
        var hit = want === '' || cells.some(function (td) { return td.textContent.toLowerCase().indexOf(want) >= 0; });
        tr.hidden = !hit;
        if (hit) shown++;
      });
      var count = document.querySelector('[data-filter-count]');
      if (count) count.textContent = String(shown);
      var near = input.closest('.toolbar');
      if (!near || !near.querySelector('a[href*="format="]')) near = document.querySelector('main');
      Array.prototype.slice.call(near.querySelectorAll('a[href*="format="]')).concat(Array.prototype.slice.call(table.querySelectorAll('a.sort'))).forEach(function (a) {
        var to = new URL(a.href);
        if (to.pathname !== window.location.pathname) return;
        if (want) to.searchParams.set('find', input.value.trim()); else to.searchParams.delete('find');
        a.href = to.pathname + to.search;
      });
    });
    // Rows that the address has already left out come back with the page.
    input.addEventListener('change', function () {
      if (asked && input.value.trim().indexOf(asked) !== 0) input.form.submit();
    });
  });

  // Ask before loss: <form data-confirm="…">.
  document.querySelectorAll('form[data-confirm]').forEach(function (form) {
    form.addEventListener('submit', function (e) {
      if (!window.confirm(form.getAttribute('data-confirm'))) e.preventDefault();
    });
  });

  // Long work says that it has begun and is not begun twice: <form data-busy="…">.
  document.querySelectorAll('form[data-busy]').forEach(function (form) {
    form.addEventListener('submit', function (e) {
      var b = form.querySelector('button[type=submit]');
      if (!b || e.defaultPrevented) return;
      window.setTimeout(function () { b.disabled = true; b.textContent = form.getAttribute('data-busy'); }, 0);
    });
  });

  // A select that goes by itself: <select data-go> inside a form.
  document.querySelectorAll('select[data-go]').forEach(function (s) {
    s.addEventListener('change', function () { s.form.submit(); });
  });

  // Leaving with something typed and not saved.
  document.querySelectorAll('form[data-guard]').forEach(function (form) {
    var dirty = false;
    form.addEventListener('input', function () { dirty = true; });
    form.addEventListener('submit', function () { dirty = false; });
    window.addEventListener('beforeunload', function (e) {
      if (dirty) { e.preventDefault(); e.returnValue = ''; }
    });
  });

  // Copy: <button data-copy="#id">.
  document.querySelectorAll('button[data-copy]').forEach(function (b) {
    b.addEventListener('click', function () {
      var from = document.querySelector(b.getAttribute('data-copy'));
      if (!from) return;
      var range = document.createRange();
      range.selectNodeContents(from);
      var sel = window.getSelection();
      sel.removeAllRanges();
      sel.addRange(range);
      document.execCommand('copy');
      b.textContent = b.getAttribute('data-done') || b.textContent;
    });
  });

  // A value one click away: <a href="#field" data-set="#field" data-value="…">.
  document.querySelectorAll('[data-set]').forEach(function (b) {
    b.addEventListener('click', function (e) {
      var field = document.querySelector(b.getAttribute('data-set'));
      if (!field) return;
      e.preventDefault();
      field.value = b.getAttribute('data-value');
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
  });

  // An address that ends in #part unfolds that part.
  function unfold() {
    var to = window.location.hash && document.getElementById(window.location.hash.slice(1));
    for (var e = to; e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true;
    if (to && to.tagName === 'DETAILS') to.scrollIntoView();
  }
  window.addEventListener('hashchange', unfold);
  unfold();

  // Parts of the page that begin folded on a narrow screen: <details open data-fold>.
  if (window.matchMedia('(max-width: 860px)').matches) {
    document.querySelectorAll('details[data-fold]').forEach(function (d) { d.open = false; });
  }

  // Help that writes into a field: inside <aside data-into="#id">, <code data-put="…"> is put in
  // where the cursor stands; "()" leaves it between the brackets.
  document.querySelectorAll('[data-into]').forEach(function (help) {
    var field = document.querySelector(help.getAttribute('data-into'));
    if (!field) return;
    function put(code) {
      var text = code.getAttribute('data-put');
      var from = field.selectionStart, to = field.selectionEnd, old = field.value;
      if (from > 0 && /[^\s(（,，{+*\/=<>-]/.test(old.charAt(from - 1))) text = ' ' + text;
      field.value = old.slice(0, from) + text + old.slice(to);
      var at = from + text.length - (/\(\)$/.test(text) ? 1 : 0);
      field.focus();
      field.setSelectionRange(at, at);
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }
    var hint = help.querySelector('[data-into-hint]');
    if (hint) hint.hidden = false;
    help.querySelectorAll('code[data-put]').forEach(function (code) {
      code.setAttribute('role', 'button');
      code.tabIndex = 0;
      code.addEventListener('click', function () { put(code); });
      code.addEventListener('keydown', function (e) {
        if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); put(code); }
      });
    });
  });

  // A wall: the keys of a remote turn its screens; without a person it turns by itself.
  var deck = document.querySelector('.deck, [data-deck]');
  if (deck) {
    document.addEventListener('keydown', function (e) {
      if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)) return;
      var rel = { ArrowRight: 'next', PageDown: 'next', ArrowLeft: 'prev', PageUp: 'prev' }[e.key];
      var a = rel && deck.querySelector('a[rel=' + rel + ']');
      if (a) { e.preventDefault(); window.location = a.href; }
      if (e.key === 'Escape') window.location = deck.querySelector('a.deck-out').href;
    });
    var turn = deck.getAttribute('data-turn');
    if (turn) window.setTimeout(function () { window.location = turn; }, 20000);
  }

  // A screen that follows the chair: the item under discussion is asked for every few seconds.
  // Whoever takes notes turns the pages alone.
  var run = document.querySelector('[data-run]');
  if (run && !run.querySelector('form')) {
    var shown = null;
    window.setInterval(function () {
      fetch(run.getAttribute('data-run'), { credentials: 'same-origin' }).then(function (r) { return r.json(); }).then(function (now) {
        var key = now.topic + '/' + now.decisions + '/' + now.state;
        if (shown !== null && key !== shown) window.location = window.location.pathname + '?screen=1' + (now.topic ? '&topic=' + now.topic : '');
        shown = key;
      }, function () {});
    }, 4000);
  }

  // Slash jumps to the search field.
  document.addEventListener('keydown', function (e) {
    if (e.key !== '/' || e.ctrlKey || e.metaKey || e.altKey) return;
    var t = e.target;
    if (t && /^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName)) return;
    var s = document.querySelector('input[type=search]');
    if (s) { e.preventDefault(); s.focus(); }
  });
})();

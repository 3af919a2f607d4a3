/* The language switch keeps the section; a first visitor is offered the other
   language once; names for what the theme adds by script. The pages read the
   same without any of it. */
(() => {
  const page = document.documentElement.lang.startsWith("zh") ? "zh" : "en"
  const KEY = "looplab.language" // "en" or "zh": what the reader chose, once

  /* Storage may be forbidden: then nothing is remembered and nothing breaks. */
  function chosen() {
    try { return localStorage.getItem(KEY) } catch { return null }
  }
  function choose(lang) {
    try { localStorage.setItem(KEY, lang) } catch { /* asked again next time */ }
  }

  /* Which language to offer on a page, or null. */
  function offer(page, languages) {
    const known = languages.map(tag => tag.toLowerCase().split("-")[0]).filter(tag => tag === "zh" || tag === "en")
    if (page === "en") return known[0] === "zh" ? "zh" : null
    return known.includes("zh") ? null : "en"
  }

  const TEXT = {
    en: { name: "Language", ask: "This course is also in English.", go: "Read in English", stay: "Stay in Chinese" },
    zh: { name: "语言", ask: "这门课有中文版。", go: "看中文版", stay: "留在英文版" },
  }

  function links(lang) {
    return document.querySelectorAll(`a[data-switch="${lang}"]`)
  }

  function showOffer(lang) {
    const target = links(lang)[0]
    if (!target) return
    const text = TEXT[lang]
    const bar = document.createElement("section")
    bar.className = "language-offer"
    bar.lang = lang
    bar.setAttribute("aria-label", text.name)
    const ask = Object.assign(document.createElement("p"), { textContent: text.ask })
    const go = Object.assign(document.createElement("a"), { href: target.href, textContent: text.go, hreflang: lang })
    go.dataset.switch = lang
    const stay = Object.assign(document.createElement("button"), { type: "button", textContent: text.stay })
    const close = () => { choose(page); bar.remove() }
    stay.addEventListener("click", close)
    bar.addEventListener("keydown", event => { if (event.key === "Escape") close() })
    bar.append(ask, go, stay)
    document.querySelector("header").before(bar) // early in the order of Tab; fixed: nothing moves
  }

  /* Every link to a language, in the header and in the offer. */
  document.addEventListener("click", event => {
    const link = event.target.closest("a[data-switch]")
    if (!link) return
    choose(link.dataset.switch)
    link.hash = location.hash
  })

  const other = offer(page, navigator.languages || [navigator.language || ""])
  if (other && !chosen()) showOffer(other)

  /* axe: the copy bars of code blocks are landmarks and need names. */
  let bars = 0
  window.component$?.subscribe(() => {
    for (const nav of document.querySelectorAll("nav.md-code__nav:not([aria-label])"))
      nav.setAttribute("aria-label", (page === "zh" ? "代码操作 " : "Code actions ") + ++bars)
  })
})()

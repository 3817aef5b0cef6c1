"""Texts that every YAML 1.2 reader reads alike: each is a mapping, or several documents of them."""

BLOCKS = tuple(
    f"before: 1\nblock: {indicator}{chomp}{comment}\n{body}after: 2\n"
    for indicator in "|>"
    for chomp in ("", "-", "+")
    for comment in ("", " # said")
    for body in (
        "  one line\n",
        "  two\n  lines\n",
        "  a gap\n\n  in it\n",
        "  ends in gaps\n\n\n",
        "  more\n    indented\n  again\n",
        "\n\n  begins with gaps\n",
        "  # no comment\n  key: no key\n",
        "",
        "   é ☺ 😀\n",
    )
)

INDICATORS = tuple(
    f"block: {indicator}{signs}\n{' ' * width}  text\n{' ' * width}next\n"
    for indicator in "|>"
    for width in (1, 2, 4)
    for signs in (f"{width}", f"{width}-", f"-{width}", f"{width}+", f"+{width}")
)

SCALARS = (
    "a: plain text\n",
    "a: plain\n  over\n  lines\n",
    "a: plain\n\n  with a gap\n",
    "a: 'single ''quoted'' # text'\n",
    "a: 'over\n\n  lines'\n",
    'a: "double \\"quoted\\""\n',
    'a: "\\0\\a\\b\\t\\n\\v\\f\\r\\e\\x41\\u263A\\U0001F600\\N\\_\\L\\P\\/\\\\"\n',
    'a: "folded\n  over\n\n  lines"\n',
    'a: "joined \\\n   lines"\n',
    "a: \"\"\nb: ''\n",
    "a:\nb:\n",
    "a: x # comment\nb: x#no\nc: '#'\n",
    "a: http://example.com/x?y=1#z\n",
    "a: it's - fine, [really] {yes}\n",
    "a: -x\nb: :x\nc: ?x\n",
    "a: x:y\nb: 'x: y'\n",
    "ключ: значение\n日本: 語\n😀: 🎉\n",
    "a: \u00a0x\n",
    "with blank: 1\n'quoted: key': 2\n\"k\\u0041\": 3\n",
    "a: 1\nb: -1\nc: +15\nd: 00123\ne: 0o17\nf: 0x1F\ng: 1_000\nh: 1.5\ni: 1e3\nj: .5\nk: 012\n",
    "a: true\nb: False\nc: null\nd: ~\ne: NULL\nf: yes\ng: off\nh: y\n",
    "a: 12:30:00\nb: 1.2.3\nc: 10.0.0.1\nd: 1-2\ne: 2001-12-14\nf: +1334555010\n",
)

COLLECTIONS = (
    "a: {b: c, 'd': \"e\", f: [g, h]}\n",
    "a: [x, 'y', \"z\", {b: c}, []]\n",
    "a: {}\nb: []\n",
    "a: [\n  x,\n  y,\n  ]\n",
    "a: {b: c,\n    d: e}\n",
    "a: {b: , c}\n",
    "a: [b: c, d]\n",
    "a: {'b':c, \"d\":e}\n",
    "a:\n- x\n- y\n",
    "a:\n  - x\n  -\n  - - y\n    - z\n",
    "a:\n  - b: c\n    d: e\n  - f: g\n",
    "a:\n    b:\n      c:\n             d: e\n    f: g\n",
    "{a: b, c: [d, e]}\n",
    "# top\n\na: 1 # one\n# between\nb:\n  # within\n  c: 2\n# end\n",
    "a: [http://example.com/x, b:c]\nsecret: {x: env:NAME}\n",
)

ALIASES = (
    "a: &x text\nb: *x\n",
    "a: &x {b: c}\nd: *x\ne: [*x, *x]\n",
    "a: &x [1, &y z]\nb: *y\nc: *x\n",
    "&k a: v\nb: *k\n",
    "a: &x |\n  text\nb: *x\n",
    "a: &x\nb: *x\n",
    "a: &x\n  - b\nc: *x\n",
)

STREAMS = (
    "a: 1\n---\nb: 2\n",
    "---\na: 1\n---\nb: 2\n",
    "--- # comment\na: 1\n...\n---\nb: 2\n...\n",
    "---\na: |\n  text\n---\nb: >+\n  text\n\n---\nc: d\n",
    "%YAML 1.2\n---\na: 1\n",
    "# comment\n%YAML 1.2 # this one\n---\na: 1\n",
    "a: &x 1\n---\na: &x 2\nb: *x\n",
    "--- {a: b}\n--- {c: d}\n",
    "a: 1",
    "\ufeffa: 1\n",
    "\ufeff---\na: 1\n",
    "a: 'x\ty'\nb: |\n  x\ty\n",
)

TEXTS = (*BLOCKS, *INDICATORS, *SCALARS, *COLLECTIONS, *ALIASES, *STREAMS)
CORPUS = tuple(dict.fromkeys((*TEXTS, *(text.replace("\n", "\r\n") for text in TEXTS))))

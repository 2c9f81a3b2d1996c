package dev.ternary.report;

/** Text made safe for HTML, and the page around a report. */
final class Html {

  private static final String PAGE =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>@TITLE@</title>
      <style>
      :root { --ink: #1c2733; --soft: #5b6b7b; --line: #d9e0e7; --paper: #ffffff; --card: #f6f8fa;
              --a: #0b6bcb; --b: #d9480f; --good: #2b8a3e; }
      @media (prefers-color-scheme: dark) {
        :root { --ink: #e6edf3; --soft: #9aa7b4; --line: #30363d; --paper: #0d1117; --card: #161b22;
                --a: #58a6ff; --b: #ff922b; --good: #51cf66; } }
      body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
             max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
      h1 { font-size: 1.8rem; margin-bottom: .2rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
      p.lead, figcaption, .soft { color: var(--soft); }
      .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 1rem; margin: 1.5rem 0; }
      .tile { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
              padding: .8rem 1.2rem; }
      .tile b { display: block; font-size: 1.7rem; line-height: 1.2; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
      .wide { overflow-x: auto; }
      th, td { padding: .35rem .7rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
      th { color: var(--soft); font-weight: 600; } th:first-child, td:first-child { text-align: left; }
      table.confusion td, table.confusion th { text-align: center; border: 0; min-width: 2.1rem; padding: .3rem; }
      figure { margin: 0; } .row { display: flex; flex-wrap: wrap; gap: 1.5rem; }
      .row > figure { flex: 1 1 18rem; }
      .histograms { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: 1.5rem; }
      svg { width: 100%; height: auto; } svg text { fill: var(--soft); font: 11px system-ui, sans-serif; }
      .digits { display: grid; grid-template-columns: repeat(auto-fill, minmax(84px, 1fr)); gap: .8rem; }
      .digits img { width: 100%; image-rendering: pixelated; border-radius: 4px; }
      .digits figcaption { font-size: .8rem; text-align: center; }
      @media (max-width: 40rem) {
        table.rows, table.rows tbody { display: block; } table.rows th { display: none; }
        table.rows tr { display: flex; flex-wrap: wrap; gap: 0 1.2rem; padding: .5rem 0; border-bottom: 1px solid var(--line); }
        table.rows td { border: 0; padding: .1rem 0; text-align: left; }
        table.rows td:first-child { flex: 1 0 100%; font-weight: 600; white-space: normal; }
        table.rows td:not(:first-child)::before { content: attr(data-label) " "; color: var(--soft); }
        table.confusion { font-size: .7rem; }
        table.confusion td, table.confusion th { min-width: 0; padding: .3rem .05rem; }
        table.confusion th:first-child { white-space: normal; max-width: 4rem; }
      }
      </style>
      </head>
      <body>
      @BODY@
      </body>
      </html>
      """;

  private Html() {}

  static String page(String title, String body) {
    return PAGE.replace("@TITLE@", escape(title)).replace("@BODY@", body);
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}

package dev.carnet.client.custody.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.proto.ledger.Digests;
import java.util.Base64;

/** How the report looks: on a screen, light or dark, and on paper. Nothing is fetched, and no script runs. */
final class Style {
    static final String SHEET = """
            :root{color-scheme:light dark;--ink:#1c2430;--soft:#5a6675;--paper:#fff;--card:#f5f7fa;--line:#d5dbe3;--there:#17663a;--unsure:#8a4b00;--gone:#6b7280;--bad:#b3261e;--warm:#fff4e0;--link:#1d4ed8}
            @media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#a3adba;--paper:#14181e;--card:#1d232c;--line:#39424f;--there:#6fd79a;--unsure:#ffb454;--gone:#98a2b0;--bad:#ff8a80;--warm:#33270f;--link:#8ab4ff}}
            *{box-sizing:border-box}
            body{margin:0 auto;padding:2rem 1.5rem 4rem;max-width:78rem;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI","DejaVu Sans",sans-serif}
            h1{font-size:1.7rem;margin:0 0 .3rem}h2{font-size:1.25rem;margin:2.6rem 0 .6rem;padding-bottom:.3rem;border-bottom:2px solid var(--line)}h3{font-size:1.05rem;margin:0 0 .5rem;overflow-wrap:anywhere}
            a{color:var(--link)}p{margin:.4rem 0}
            .verdict{font-size:1.1rem;font-weight:600;margin:.6rem 0;padding:.7rem 1rem;border-left:5px solid var(--there);background:var(--card)}
            .verdict.unsure{border-color:var(--unsure);color:inherit}.verdict.bad{border-color:var(--bad);color:inherit}
            .outstanding{background:var(--warm);border:1px solid var(--line);border-radius:6px;padding:.6rem 1rem .6rem 2rem;margin:1rem 0}
            .outstanding li{margin:.25rem 0;overflow-wrap:anywhere}
            code,pre,.digest{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.82rem}
            code,.digest{overflow-wrap:anywhere}
            pre{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.7rem;overflow-x:auto;max-height:28rem}
            dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.5rem 0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
            .card{border:1px solid var(--line);border-radius:8px;padding:1rem 1.2rem;margin:1rem 0}
            .scroll{overflow-x:auto}
            table{border-collapse:collapse;width:100%;font-size:.86rem;margin:.6rem 0}caption{text-align:left;color:var(--soft);padding:.2rem 0}
            th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid var(--line)}thead th{color:var(--soft);font-weight:600;border-bottom:2px solid var(--line);white-space:nowrap}
            tbody th{font-weight:600}time{white-space:nowrap;display:inline-block}td small,th small{display:block;font-weight:400;color:var(--soft);overflow-wrap:anywhere}
            small.digest{font-size:.72rem}.there{color:var(--there)}.unsure{color:var(--unsure)}.gone{color:var(--gone)}.bad{color:var(--bad)}
            .word{font-weight:600;white-space:nowrap}tr.gone .name{text-decoration:line-through}
            .graph{max-width:100%;height:auto;display:block;margin:.6rem 0}
            .box{fill:var(--card);stroke:var(--line);stroke-width:1.5}.box.empty{stroke-dasharray:4 4;fill:none}
            .graph text{font:12.5px system-ui,"Segoe UI","DejaVu Sans",sans-serif;fill:var(--ink)}.graph .daemon{font-weight:600;font-size:13.5px}.graph .none{fill:var(--soft);font-style:italic}
            .graph .state{font-weight:600}.graph .copy.there .state{fill:var(--there)}.graph .copy.unsure .state{fill:var(--unsure)}.graph .copy.gone{fill:var(--gone);text-decoration:line-through}.graph .copy.gone .state{fill:var(--gone)}
            .arrow{fill:none;stroke-width:1.8}.arrow.there{stroke:var(--there)}.arrow.unsure{stroke:var(--unsure)}.arrow.gone{stroke:var(--gone);opacity:.7}.dashed{stroke-dasharray:6 5}
            .head{stroke:none}.head.there{fill:var(--there)}.head.unsure{fill:var(--unsure)}.head.gone{fill:var(--gone)}
            details{margin:.3rem 0}summary{cursor:pointer}details:target{outline:2px solid var(--link);outline-offset:4px}
            .entries{display:flex;flex-wrap:wrap;gap:0 .45rem}.entries b{font-weight:400;color:var(--soft);flex-basis:100%}
            .legend{display:flex;flex-wrap:wrap;gap:.2rem 1.4rem;padding:0;list-style:none;font-size:.86rem}
            .paper{display:none}
            @media print{:root{--ink:#000;--soft:#444;--paper:#fff;--card:#fff;--line:#bbb;--there:#17663a;--unsure:#8a4b00;--gone:#666;--bad:#b3261e;--warm:#fff;--link:#000}
            body{max-width:none;padding:0;font-size:10pt}.card{break-inside:auto}tr,svg,li{break-inside:avoid}h2,h3{break-after:avoid}.screen,details{display:none}.paper{display:block}.scroll{overflow:visible}a{text-decoration:none}table{font-size:8pt}@page{margin:14mm}}
            """;

    private Style() {}

    /** What the page may do: look like this, and nothing else. */
    static String policy() {
        String digest = Base64.getEncoder().encodeToString(Digests.sha256(SHEET.getBytes(UTF_8)));
        return "default-src 'none'; style-src 'sha256-" + digest + "'; base-uri 'none'; form-action 'none'";
    }
}

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { chromium, type Browser, type Page } from 'playwright-core';

import { recordOf, submission, syntheticRecord } from '../../helpers/synthetic-record.ts';
import { pageInput } from '../../helpers/report-input.ts';
import { writeSyntheticRun } from '../../helpers/synthetic-run.ts';
import { readGroups } from '../../../testnet/compare/read-groups.ts';
import type { ExperimentRecord } from '../../../testnet/measure/record.ts';
import { comparisonPage } from '../../../testnet/report/comparison-report.ts';
import { renderHtml } from '../../../testnet/report/html.ts';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function browserPath(): string {
  const set = process.env.CHROMIUM_PATH;
  if (set) {
    if (existsSync(set)) return set;
    throw new Error(`CHROMIUM_PATH is ${set}, but there is no such file`);
  }
  const found = BROWSERS.find((path) => existsSync(path)) ?? onPath('google-chrome');
  if (found) return found;
  throw new Error(
    'no browser to open the report in: install Chromium (on Debian `apt-get install chromium`), or set CHROMIUM_PATH to one',
  );
}

function onPath(name: string): string | null {
  try {
    return execFileSync('which', [name], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

interface Opened {
  page: Page;
  /** Console errors, page errors and requests of anything but the page itself. */
  complaints: string[];
}

describe('the report in a browser', () => {
  let browser: Browser | undefined;
  let folder: string | undefined;

  before(async () => {
    browser = await chromium.launch({ executablePath: browserPath(), args: ARGUMENTS });
    folder = await mkdtemp(join(tmpdir(), 'txgossip-report-'));
  });

  after(async () => {
    await browser?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function open(html: string, width: number, scheme: 'light' | 'dark' = 'light'): Promise<Opened> {
    if (browser === undefined || folder === undefined) throw new Error('the browser did not start');
    const path = join(folder, 'report.html');
    await writeFile(path, html);
    const url = pathToFileURL(path).href;
    // Scripts are off: the page has to be readable without.
    const page = await browser.newPage({
      viewport: { width, height: 900 },
      colorScheme: scheme,
      javaScriptEnabled: false,
    });
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (request.url() !== url && !request.url().startsWith('data:'))
        complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(url);
    if (process.env.SCREENSHOTS) {
      await page.screenshot({
        path: join(process.env.SCREENSHOTS, `report-${width}-${scheme}.png`),
        fullPage: true,
      });
    }
    return { page, complaints };
  }

  const html = renderHtml(pageInput(eventful()));

  const VIEWS = [
    [390, 'light'],
    [390, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const;

  /** Each figure with what of it can be seen. */
  async function assertDrawn(page: Page, ids: readonly string[]): Promise<void> {
    const drawn = await page.locator('figure').evaluateAll((figures) =>
      figures.map((figure) => {
        const element = figure as unknown as BrowserElement;
        const marks = element.querySelectorAll(
          'svg g:not([aria-hidden]):not([aria-label*="axis"]) :is(path, rect, circle, line, text)',
        );
        const visible = [...marks].filter((mark) => {
          const { width, height } = mark.getBoundingClientRect();
          return width > 0 || height > 0;
        });
        return { id: element.id, marks: visible.length };
      }),
    );
    assert.deepEqual(
      drawn.map(({ id }) => id),
      ids,
    );
    for (const { id, marks } of drawn) assert.ok(marks > 0, `${id} has no drawn mark`);
  }

  for (const [width, scheme] of VIEWS) {
    it(`is whole and does not overflow at ${width} px, ${scheme}`, async () => {
      const { page, complaints } = await open(html, width, scheme);
      await assertDrawn(page, [
        'latency-cdf',
        'coverage-over-time',
        'faults-over-time',
        'stretch',
        'latency-by-node',
        'hops',
        'bytes-by-kind',
        'provenance',
        'latency-by-region',
        'topology',
        'series-mesh',
        'series-pending',
      ]);
      assert.deepEqual(await overflowing(page, width), []);
      assert.deepEqual(complaints, []);
      await page.close();
    });

    it(`of a comparison is whole and does not overflow at ${width} px, ${scheme}`, async () => {
      const { page, complaints } = await open(await comparison(), width, scheme);
      await assertDrawn(page, ['growth-t99', 'growth-bytes', 'latency-cdfs', 'coverage-curves', 'pareto']);
      assert.deepEqual(await overflowing(page, width), []);
      assert.deepEqual(complaints, []);
      await page.close();
    });
  }

  async function comparison(): Promise<string> {
    const runs = await mkdtemp(join(folder!, 'runs-'));
    const folders: string[] = [];
    for (const nodes of [20, 40, 80]) {
      for (const seed of [1, 2, 3]) {
        folders.push(
          await writeSyntheticRun(join(runs, `${nodes}-${seed}`), { nodes, seed, transactions: 10 }),
        );
      }
    }
    const groups = await readGroups(folders);
    return comparisonPage({ title: 'Scale', description: 'How it grows.', groups, directory: runs });
  }

  it('is whole when nothing was delivered and nothing expected', async () => {
    const record = recordOf([[], [], []], { submissions: [submission(1)] });
    const { page, complaints } = await open(renderHtml(pageInput(record, { expectations: [] })), 390);
    assert.equal(await page.locator('#latency-cdf .note').textContent(), 'Nothing was delivered.');
    assert.equal(
      await page.locator('.tiles div', { hasText: 'Latency, median' }).locator('.value').textContent(),
      'never',
    );
    assert.equal(await page.locator('.verdict h2').textContent(), 'Nothing was expected');
    assert.deepEqual(await overflowing(page, 390), []);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('is dark where dark is preferred, in print never', async () => {
    const { page } = await open(html, 1280, 'dark');
    const background = () =>
      page
        .locator('body')
        .evaluate((body) => (globalThis as unknown as BrowserWindow).getComputedStyle(body).backgroundColor);
    assert.equal(await background(), 'rgb(15, 15, 14)');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    assert.equal(await background(), 'rgb(255, 255, 255)');
    await page.close();
  });

  it('opens its data tables without scripts', async () => {
    const { page } = await open(html, 390);
    const table = page.locator('#provenance table');
    assert.equal(await table.isVisible(), false);
    await page.locator('#provenance summary').click();
    assert.equal(await table.isVisible(), true);
    assert.deepEqual(await overflowing(page, 390), []);
    await page.close();
  });
});

/** A record in which everything the report can draw was measured. */
function eventful(): ExperimentRecord {
  const record = syntheticRecord({ nodes: 60, transactions: 40, network: 'local', lossShare: 0.01 });
  const fault = { atMs: 0, cause: 'timeline 1', missed: null };
  const looks = [0, 400, 800, 1200];
  return {
    ...record,
    links: record.edges.flatMap(([a, b]) => [
      { from: a, to: b, latencyMs: 5 },
      { from: b, to: a, latencyMs: 5 },
    ]),
    regions: record.traces.map(({ index }) => ['europe', 'north_america_east', 'south_america'][index % 3]!),
    faults: [
      { ...fault, appliedAtMs: 200, action: { kind: 'freeze', node: 3 } },
      { ...fault, appliedAtMs: 500, action: { kind: 'thaw', node: 3 } },
    ],
    series: {
      atMs: looks,
      mesh: record.traces.map(({ index }) => looks.map((_, look) => (index + look) % 9)),
      pending: record.traces.map(({ index }) => looks.map((_, look) => (index === 7 ? null : look * 10))),
    },
  };
}

/** What reaches past the right edge of the window and is not inside something that scrolls by itself. */
async function overflowing(page: Page, width: number): Promise<string[]> {
  return page.locator('body, body *').evaluateAll((elements, limit) => {
    const found: string[] = [];
    for (const node of elements) {
      const element = node as unknown as BrowserElement;
      if (element.closest('.scroll, pre') !== null) continue;
      const { right, left, width } = element.getBoundingClientRect();
      if (width > 0 && (right > limit + 0.5 || left < -0.5))
        found.push(`${element.tagName} ${element.id} to ${right}`);
    }
    return found;
  }, width);
}

/** As much of the browser's own objects as is used above: their types are not loaded in this project. */
interface BrowserElement {
  id: string;
  tagName: string;
  querySelectorAll(selector: string): Iterable<BrowserElement>;
  closest(selector: string): BrowserElement | null;
  getBoundingClientRect(): { left: number; right: number; width: number; height: number };
}

interface BrowserWindow {
  getComputedStyle(element: unknown): { backgroundColor: string };
}

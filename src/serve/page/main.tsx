import { render } from 'preact'
import { listenToKeys } from './model/keys.ts'
import { Page } from './model/page.ts'
import { App } from './parts/app.tsx'
import { PageContext } from './parts/use-page.ts'
import 'uplot/dist/uPlot.min.css'
import './style/page.css'

const page = new Page(new URL(location.href))
listenToKeys(page)
const host = document.getElementById('page')
if (host !== null) {
  host.textContent = ''
  render(
    <PageContext.Provider value={page}>
      <App />
    </PageContext.Provider>,
    host,
  )
}

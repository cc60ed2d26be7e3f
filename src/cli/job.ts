// npm run job -- NAME: runs one job or repair of src/jobs.ts now, for the system's cron or by hand.

import { readConfig } from '../config.ts'
import { fail, openHouse } from '../house.ts'
import { jobs, repairs } from '../jobs.ts'

const known = [...jobs, ...repairs]

async function main() {
  const name = process.argv[2]
  const job = known.find((one) => one.name === name)
  if (!job) {
    console.error(`Name a job: ${known.map((one) => one.name).join(', ')}.`)
    process.exitCode = 1
    return
  }
  const house = await openHouse(readConfig(), undefined, 'tool')
  const result = await job.run(house.db)
  await house.close()
  console.log(typeof result === 'number' ? `${job.name}: ${result}` : `${job.name}: done`)
}

main().catch(fail)

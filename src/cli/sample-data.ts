// npm run sample-data: puts the cast into an empty database, migrating first. Refused in production and for a
// database that has users.

import { BadSetting, readConfig } from '../config.ts'
import { fillSampleData, PASSWORD } from '../dev/cast.ts'
import { fail, openHouse } from '../house.ts'

async function main() {
  const config = readConfig()
  if (config.production)
    throw new BadSetting('Sample data has known passwords: it is refused with NODE_ENV=production.')
  const house = await openHouse(config, undefined, 'tool')
  const filled = await fillSampleData(house.db)
  await house.close()
  if (!filled) throw new BadSetting('This database has users: sample data goes only into an empty one.')
  console.log(`Sample data is in; everyone's password is ${PASSWORD}.`)
}

main().catch(fail)

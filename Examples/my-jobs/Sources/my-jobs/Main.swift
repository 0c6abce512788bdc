import Sluice

/// All of `sluice`, and the jobs of this package.
@main enum MyJobs {
    static func main() async throws {
        let jobs = Jobs(
            pipelines: [airportsByCell],
            closures: [
                try .map("locate", Airport.located),
                .filter("near-new-york") { (airport: Airport) in airport.kilometres(to: .newYork) < 150 },
            ])
        await Sluice.main(jobs: jobs)
    }
}

/// A whole pipeline in Swift: how many airports there are in each cell of the map, and which one is the highest.
let airportsByCell = Pipeline("airports-by-cell")
    .description("Airports by geohash cell of about 150 km.")
    .source(.files("../../sample-data/airports.csv"))
    .filter("alt IS NOT NULL")
    .map(Airport.located)
    .derive(["cell": "left(geohash, 3)"])
    .aggregate(by: .column("cell"), columns: ["airports": "count(*)", "highest_feet": "max(alt)"])
    .sort(.descending("airports"), .ascending("cell"))
    .sink(.table("geo.airport_cells"))

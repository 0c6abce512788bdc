import Foundation

/// A row of `airports.csv`: the properties are the columns that the job reads, the others are never decoded.
struct Airport: Codable {
    var faa: String
    var name: String
    var lat: Double
    var lon: Double
    var alt: Int

    /// What SQL has no function for: the airport with its cell on the map.
    static func located(_ airport: Airport) -> LocatedAirport {
        LocatedAirport(
            faa: airport.faa, name: airport.name, alt: airport.alt, geohash: Geohash.encode(latitude: airport.lat, longitude: airport.lon))
    }

    /// Great-circle distance by the haversine formula, on a sphere of 6,371 km.
    func kilometres(to place: Place) -> Double {
        let (a, b) = (lat * .pi / 180, place.latitude * .pi / 180)
        let (north, east) = (b - a, (place.longitude - lon) * .pi / 180)
        let h = sin(north / 2) * sin(north / 2) + cos(a) * cos(b) * sin(east / 2) * sin(east / 2)
        return 2 * 6_371 * asin(min(1, h.squareRoot()))
    }
}

/// A row that comes out.
struct LocatedAirport: Codable {
    var faa: String
    var name: String
    var alt: Int
    var geohash: String
}

struct Place {
    var latitude: Double
    var longitude: Double

    static let newYork = Place(latitude: 40.71, longitude: -74.01)
}

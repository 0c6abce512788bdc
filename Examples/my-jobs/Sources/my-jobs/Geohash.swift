/// The geohash of a place (Gustavo Niemeyer, 2008): its halves of the map, longitude and latitude in turn, five bits a letter.
enum Geohash {
    private static let alphabet = Array("0123456789bcdefghjkmnpqrstuvwxyz")

    static func encode(latitude: Double, longitude: Double, length: Int = 7) -> String {
        var (west, east, south, north) = (-180.0, 180.0, -90.0, 90.0)
        var (hash, bits) = ("", 0)
        for bit in 0..<(length * 5) {
            if bit.isMultiple(of: 2) {
                let middle = (west + east) / 2
                bits = bits << 1 | (longitude >= middle ? 1 : 0)
                if longitude >= middle { west = middle } else { east = middle }
            } else {
                let middle = (south + north) / 2
                bits = bits << 1 | (latitude >= middle ? 1 : 0)
                if latitude >= middle { south = middle } else { north = middle }
            }
            if bit % 5 == 4 {
                hash.append(alphabet[bits])
                bits = 0
            }
        }
        return hash
    }
}

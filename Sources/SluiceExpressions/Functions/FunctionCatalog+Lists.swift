// The lines that put each function into the catalog, in the order in which their manuals are printed.
extension FunctionCatalog {
    static let text: [any ScalarFunction.Type] = [
        Upper.self, Lower.self, Initcap.self, Trim.self, LeftTrim.self, RightTrim.self, Length.self, SubstringFunction.self, Left.self,
        Right.self, LeftPad.self, RightPad.self, Replace.self, Concat.self, ConcatWithSeparator.self, StartsWith.self, EndsWith.self,
        Contains.self, Position.self, Split.self, SplitPart.self, Reverse.self, Repeat.self, RegexpMatches.self, RegexpExtract.self,
        RegexpReplace.self,
    ]

    static let numbers: [any ScalarFunction.Type] = [
        Abs.self, Sign.self, Round.self, Truncate.self, Ceiling.self, Floor.self, SquareRoot.self, Power.self, Exponential.self,
        NaturalLogarithm.self, DecadicLogarithm.self, Modulo.self, TryDivide.self, Greatest.self, Least.self, ParseDecimal.self,
    ]

    static let dates: [any ScalarFunction.Type] = [
        Year.self, Quarter.self, Month.self, Day.self, DayOfWeek.self, DayOfYear.self, Week.self, Hour.self, Minute.self, Second.self,
        DateTruncate.self, DateDifference.self, DateAdd.self, LastDay.self, MakeDate.self, MakeTimestamp.self, ToDate.self,
        ToTimestamp.self,
        FormatTime.self, EpochSeconds.self, FromEpoch.self, Now.self, Today.self,
    ]

    static let lists: [any ScalarFunction.Type] = [
        ListLength.self, ElementAt.self, ListContains.self, ListSort.self, ListDistinct.self, ListTransform.self, ListFilter.self,
        ListReduce.self, ListJoin.self, Flatten.self,
    ]

    static let maps: [any ScalarFunction.Type] = [
        MapFunction.self, MapFromLists.self, MapKeys.self, MapValues.self, MapEntries.self,
    ]

    static let conditionals: [any ScalarFunction.Type] = [Coalesce.self, If.self, NullIf.self, Try.self]

    static let nested: [any ScalarFunction.Type] = [
        StructExtract.self, NamedStruct.self, ToJSON.self, JSONExtract.self, TypeOf.self,
    ]

    static let hashes: [any ScalarFunction.Type] = [XXHash64Function.self, CRC32Function.self]
}

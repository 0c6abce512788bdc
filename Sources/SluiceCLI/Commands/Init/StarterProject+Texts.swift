extension StarterProject {
    var pipeline: String {
        """
        # Revenue by day of a small coffee shop. The test says that it is wrong: see README.md.
        name: daily-revenue
        source:
          files: ../data/orders.csv
          columns:
            unit_price: decimal(8,2)
        steps:
          - filter: status = 'paid'
          - derive:
              total: quantity + unit_price
          - aggregate:
              by: day
              columns:
                orders: count(*)
                revenue: sum(total)
          - sort: day
        sink:
          files: ../out/daily-revenue

        """
    }

    static let orders = """
        order_id,day,product,quantity,unit_price,status
        1,2024-05-06,espresso,2,2.20,paid
        2,2024-05-06,croissant,3,1.80,paid
        3,2024-05-06,flat white,1,3.60,cancelled
        4,2024-05-07,flat white,2,3.60,paid
        5,2024-05-07,espresso,1,2.20,paid
        6,2024-05-07,cake,4,4.10,paid
        7,2024-05-08,cake,1,4.10,paid
        8,2024-05-08,espresso,5,2.20,paid
        9,2024-05-08,croissant,2,1.80,cancelled
        10,2024-05-09,flat white,3,3.60,paid
        11,2024-05-09,croissant,6,1.80,paid
        12,2024-05-10,espresso,2,2.20,paid

        """

    static let expected = """
        day,orders,revenue
        2024-05-06,2,9.80
        2024-05-07,3,25.80
        2024-05-08,2,15.10
        2024-05-09,2,21.60
        2024-05-10,1,4.40

        """

    var script: String {
        """
        #!/bin/sh
        # Runs the pipeline and compares what comes out with what is expected.
        set -eu
        cd "$(dirname "$0")"
        sluice="${SLUICE:-\(program)}"
        if ! command -v "$sluice" > /dev/null; then
            echo "\(program) is not on the PATH; say where it is: SLUICE=/path/to/\(program) ./test.sh" >&2
            exit 2
        fi
        "$sluice" run \(pipelinePath) --quiet
        if cat out/daily-revenue/*.csv | diff tests/expected.csv -; then
            echo "PASS  daily-revenue"
        else
            echo "FAIL  daily-revenue: < is expected, > came out. README.md helps." >&2
            exit 1
        fi

        """
    }

    var readme: String {
        """
        # A first pipeline

        `\(pipelinePath)` reads a week of orders of a coffee shop from `data/orders.csv`, leaves out the
        cancelled ones, and writes the revenue of each day.

            ./test.sh

        runs it and compares the result with `tests/expected.csv`. The test fails: the days are right and the numbers of
        orders are right, but the revenue is not.

        ## The repair

        On 2024-05-10 there was one order: 2 espressos at 2.20, that is 4.40, but the result says 4.20. One expression under
        `derive:` computes `total`. Correct it and run `./test.sh` again until it says PASS.

        ## What to try next

            \(program) plan \(pipelinePath)         # what will be read, done and written, with types
            \(program) validate \(pipelinePath)     # misspell a column first, to see what happens
            \(program) runs list                                # every run, with its counts
            \(program) functions                                # everything that expressions can call

        Write to a table by changing the sink to `table: shop.daily_revenue`, and look at it with
        `\(program) catalog show shop.daily_revenue`.

        Editors complete and check pipelines with the schema that `\(program) schema pipeline` prints.

        """
    }
}

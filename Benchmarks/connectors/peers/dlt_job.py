"""dlt on the same mock: dlt_job.py zendesk|salesforce ADDRESS FOLDER. Pages are taken as dlt's documentation shows, and written as Parquet."""
import os
import sys

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
import dlt
from dlt.sources.helpers import requests

service, address, folder = sys.argv[1:4]
FIELDS = ("Id,IsDeleted,Name,Type,Industry,AnnualRevenue,NumberOfEmployees,Website,Phone,OwnerId,CreatedDate,SystemModstamp")


@dlt.resource(name="tickets", max_table_nesting=0)
def tickets():
    session = requests.Session()
    session.auth = ("etl@example.com/token", "t0ken-t0ken")
    parameters = {"start_time": 0, "per_page": 1000}
    while True:
        page = session.get(f"{address}/api/v2/incremental/tickets/cursor.json", params=parameters).json()
        yield page["tickets"]
        if page["end_of_stream"]:
            return
        parameters = {"cursor": page["after_cursor"]}


@dlt.resource(name="accounts", max_table_nesting=0)
def accounts():
    session = requests.Session()
    token = session.post(f"{address}/services/oauth2/token", data={
        "grant_type": "client_credentials", "client_id": "me", "client_secret": "s3cret-secret"}).json()["access_token"]
    session.headers["Authorization"] = f"Bearer {token}"
    session.headers["Sforce-Query-Options"] = "batchSize=2000"
    query = f"SELECT {FIELDS} FROM Account ORDER BY SystemModstamp, Id"
    page = session.get(f"{address}/services/data/v60.0/queryAll", params={"q": query}).json()
    while True:
        for record in page["records"]:
            del record["attributes"]
        yield page["records"]
        if page["done"]:
            return
        # A path from the top of the server.
        page = session.get(address.rsplit("/", 1)[0] + page["nextRecordsUrl"]).json()


pipeline = dlt.pipeline(service, destination=dlt.destinations.filesystem(f"file://{folder}/out"), dataset_name="bench",
                        pipelines_dir=f"{folder}/state")
pipeline.run(tickets if service == "zendesk" else accounts, loader_file_format="parquet")

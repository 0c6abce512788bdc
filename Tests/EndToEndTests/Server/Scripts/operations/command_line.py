"""The AWS CLI as it comes from PyPI, in this process: `aws("kinesis", "list-streams", limit=1)` is `aws kinesis list-streams --limit 1`."""

import contextlib
import io
import json
import os
import shlex
import tempfile

from port import REGION, address, note

os.environ |= {
    "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": REGION, "AWS_MAX_ATTEMPTS": "1", "AWS_PAGER": "",
    "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}

from awscli.clidriver import create_clidriver

# Commands upon services that came to their end, as they were asked for.
done = set()
# Reading the models of services takes longer than most commands: each is read once.
MODELS = create_clidriver().session.get_component("data_loader")


class Failure(Exception):
    def __init__(self, code, text):
        super().__init__(f"exit code {code}: {text}")
        self.code = code


def words(value):
    return value if isinstance(value, str) else json.dumps(value)


def aws(*command, **options):
    """What a command says: the text of `aws s3`, the document of others."""
    line = [part for text in command for part in shlex.split(text)]
    for name, value in options.items():
        line += ["--" + name.replace("_", "-")] + ([] if value is True else [words(value)])
    driver = create_clidriver()
    driver.session.register_component("data_loader", MODELS)
    driver.session.register("after-call", note)
    out, error = io.TextIOWrapper(io.BytesIO(), "utf-8", newline=""), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            code = driver.main(["--endpoint-url", address, "--cli-read-timeout", "300", *line])
        except SystemExit as exit:
            code = exit.code
    out.flush()
    text = out.buffer.getvalue().decode()
    if code:
        raise Failure(code, f"{line}: {error.getvalue()}{text}")
    done.add(" ".join(line[:2]))
    return text if line[0] == "s3" or not text else json.loads(text)


def refuses(error, *command, **options):
    try:
        said = aws(*command, **options)
    except Failure as failure:
        assert f"({error})" in str(failure) and failure.code in (254, 255), failure
        return
    raise AssertionError(f"{command} was not refused: {said}")


def folder(**files):
    """A new folder with files of these names, a suffix `.txt` behind each."""
    path = tempfile.mkdtemp(dir=os.environ["SLUICE_PROJECT_FOLDER"])
    for name, text in files.items():
        with open(os.path.join(path, name + ".txt"), "w") as file:
            file.write(text)
    return path

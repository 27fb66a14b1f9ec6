"""The served model, as code: MLflow runs this file when it loads a packaged model. It holds no model itself."""

from mlflow.models import set_model

from resellerrisk.tracking.serving import ServedModel

set_model(ServedModel())

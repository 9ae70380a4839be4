/*
 * A library in the place of libtensorflow, for tests of how it is loaded: it makes tensors, multiplies matrices, adds and
 * tells its devices; every other operation is unimplemented. STAND_IN_DEVICE=GPU names a graphics card, STAND_IN_FAULT how
 * it goes wrong: `execute` (a CUDA error at each operation), `wrong` (zeros), `nan`, `abort` (ends the process, as a driver may).
 */
#include "tensorflow/c/c_api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct TF_Status {
  TF_Code code;
  char message[256];
};
struct TF_Tensor {
  TF_DataType type;
  int rank;
  int64_t dims[8];
  size_t bytes;
  void *data;
  int references;
  void (*deallocator)(void *, size_t, void *);
  void *argument;
};
struct TFE_TensorHandle {
  TF_Tensor *tensor;
};
struct TFE_Context {
  int unused;
};
struct TFE_Op {
  char name[64];
  int inputs;
  TFE_TensorHandle *input[8];
  int adjoint[2];
};

static const char *fault(void) {
  const char *name = getenv("STAND_IN_FAULT");
  return name ? name : "";
}

static int hasGpu(void) {
  const char *device = getenv("STAND_IN_DEVICE");
  return device && strcmp(device, "GPU") == 0;
}

static void set(TF_Status *status, TF_Code code, const char *format, const char *name) {
  status->code = code;
  snprintf(status->message, sizeof status->message, format, name);
}

const char *TF_Version(void) { return "2.9.1-stand-in"; }
size_t TF_DataTypeSize(TF_DataType type) {
  switch (type) {
    case TF_FLOAT:
    case TF_INT32:
      return 4;
    case TF_INT64:
    case TF_COMPLEX64:
      return 8;
    case TF_BOOL:
    case TF_UINT8:
      return 1;
    default:
      return 0;
  }
}

TF_Status *TF_NewStatus(void) { return calloc(1, sizeof(TF_Status)); }
void TF_DeleteStatus(TF_Status *status) { free(status); }
TF_Code TF_GetCode(const TF_Status *status) { return status->code; }
const char *TF_Message(const TF_Status *status) { return status->message; }

TF_Tensor *TF_NewTensor(TF_DataType type, const int64_t *dims, int rank, void *data, size_t bytes,
                        void (*deallocator)(void *, size_t, void *), void *argument) {
  TF_Tensor *tensor = calloc(1, sizeof *tensor);
  tensor->type = type;
  tensor->rank = rank;
  for (int i = 0; i < rank && i < 8; i++) tensor->dims[i] = dims[i];
  tensor->bytes = bytes;
  tensor->data = data;
  tensor->references = 1;
  tensor->deallocator = deallocator;
  tensor->argument = argument;
  return tensor;
}

static void release(void *data, size_t bytes, void *argument) {
  (void)bytes;
  (void)argument;
  free(data);
}

TF_Tensor *TF_AllocateTensor(TF_DataType type, const int64_t *dims, int rank, size_t bytes) {
  return TF_NewTensor(type, dims, rank, calloc(1, bytes ? bytes : 1), bytes, release, NULL);
}

void TF_DeleteTensor(TF_Tensor *tensor) {
  if (!tensor || --tensor->references > 0) return;
  if (tensor->deallocator) tensor->deallocator(tensor->data, tensor->bytes, tensor->argument);
  free(tensor);
}

TF_DataType TF_TensorType(const TF_Tensor *tensor) { return tensor->type; }
int TF_NumDims(const TF_Tensor *tensor) { return tensor->rank; }
int64_t TF_Dim(const TF_Tensor *tensor, int index) { return tensor->dims[index]; }
size_t TF_TensorByteSize(const TF_Tensor *tensor) { return tensor->bytes; }
void *TF_TensorData(const TF_Tensor *tensor) { return tensor->data; }
int64_t TF_TensorElementCount(const TF_Tensor *tensor) {
  int64_t count = 1;
  for (int i = 0; i < tensor->rank; i++) count *= tensor->dims[i];
  return count;
}

void TF_TString_Init(TF_TString *text) { memset(text, 0, sizeof *text); }
void TF_TString_Copy(TF_TString *text, const char *source, size_t size) {
  text->data = malloc(size ? size : 1);
  memcpy(text->data, source, size);
  text->size = size;
}
void TF_TString_Dealloc(TF_TString *text) { free(text->data); }
size_t TF_TString_GetSize(const TF_TString *text) { return text->size; }
const char *TF_TString_GetDataPointer(const TF_TString *text) { return text->data; }

int TF_DeviceListCount(const TF_DeviceList *list) {
  (void)list;
  return hasGpu() ? 2 : 1;
}
const char *TF_DeviceListName(const TF_DeviceList *list, int index, TF_Status *status) {
  (void)list;
  (void)status;
  return index == 0 ? "/job:localhost/replica:0/task:0/device:CPU:0" : "/job:localhost/replica:0/task:0/device:GPU:0";
}
const char *TF_DeviceListType(const TF_DeviceList *list, int index, TF_Status *status) {
  (void)list;
  (void)status;
  return index == 0 ? "CPU" : "GPU";
}
void TF_DeleteDeviceList(TF_DeviceList *list) { (void)list; }

TFE_ContextOptions *TFE_NewContextOptions(void) { return calloc(1, 1); }
void TFE_DeleteContextOptions(TFE_ContextOptions *options) { free(options); }
TFE_Context *TFE_NewContext(const TFE_ContextOptions *options, TF_Status *status) {
  (void)options;
  (void)status;
  /* As TensorFlow does for each library it opens at its start and does not find. */
  if (!hasGpu())
    fprintf(stderr, "W stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library "
                    "'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open shared object file\n");
  else
    fprintf(stderr, "I gpu_device.cc:1532] Created device /job:localhost/replica:0/task:0/device:GPU:0 with 4096 MB "
                    "memory:  -> device: 0, name: Stand-in GPU, pci bus id: 0000:00:01.0, compute capability: 7.5\n");
  return calloc(1, sizeof(TFE_Context));
}
void TFE_DeleteContext(TFE_Context *context) { free(context); }
TF_DeviceList *TFE_ContextListDevices(TFE_Context *context, TF_Status *status) {
  (void)status;
  return (TF_DeviceList *)context;
}

TFE_TensorHandle *TFE_NewTensorHandle(const TF_Tensor *tensor, TF_Status *status) {
  (void)status;
  TFE_TensorHandle *handle = calloc(1, sizeof *handle);
  handle->tensor = (TF_Tensor *)tensor;
  handle->tensor->references++;
  return handle;
}
void TFE_DeleteTensorHandle(TFE_TensorHandle *handle) {
  if (!handle) return;
  TF_DeleteTensor(handle->tensor);
  free(handle);
}
TFE_TensorHandle *TFE_TensorHandleCopyToDevice(TFE_TensorHandle *handle, TFE_Context *context, const char *device,
                                               TF_Status *status) {
  (void)context;
  (void)device;
  return TFE_NewTensorHandle(handle->tensor, status);
}
TF_DataType TFE_TensorHandleDataType(TFE_TensorHandle *handle) { return handle->tensor->type; }
int TFE_TensorHandleNumDims(TFE_TensorHandle *handle, TF_Status *status) {
  (void)status;
  return handle->tensor->rank;
}
int64_t TFE_TensorHandleDim(TFE_TensorHandle *handle, int index, TF_Status *status) {
  (void)status;
  return handle->tensor->dims[index];
}
TF_Tensor *TFE_TensorHandleResolve(TFE_TensorHandle *handle, TF_Status *status) {
  (void)status;
  handle->tensor->references++;
  return handle->tensor;
}

TFE_Op *TFE_NewOp(TFE_Context *context, const char *name, TF_Status *status) {
  (void)context;
  (void)status;
  TFE_Op *op = calloc(1, sizeof *op);
  snprintf(op->name, sizeof op->name, "%s", name);
  return op;
}
void TFE_DeleteOp(TFE_Op *op) { free(op); }
void TFE_OpAddInput(TFE_Op *op, TFE_TensorHandle *handle, TF_Status *status) {
  if (op->inputs == 8) set(status, TF_INTERNAL, "The stand-in takes 8 inputs: %s", op->name);
  else op->input[op->inputs++] = handle;
}
void TFE_OpSetAttrBool(TFE_Op *op, const char *name, unsigned char value) {
  if (strcmp(name, "adj_x") == 0) op->adjoint[0] = value;
  if (strcmp(name, "adj_y") == 0) op->adjoint[1] = value;
}
void TFE_OpSetAttrString(TFE_Op *op, const char *name, const void *value, size_t length) {
  (void)op, (void)name, (void)value, (void)length;
}
void TFE_OpSetAttrInt(TFE_Op *op, const char *name, int64_t value) { (void)op, (void)name, (void)value; }
void TFE_OpSetAttrFloat(TFE_Op *op, const char *name, float value) { (void)op, (void)name, (void)value; }
void TFE_OpSetAttrType(TFE_Op *op, const char *name, TF_DataType value) { (void)op, (void)name, (void)value; }
void TFE_OpSetAttrShape(TFE_Op *op, const char *name, const int64_t *dims, int rank, TF_Status *status) {
  (void)op, (void)name, (void)dims, (void)rank, (void)status;
}
void TFE_OpSetAttrIntList(TFE_Op *op, const char *name, const int64_t *values, int count) {
  (void)op, (void)name, (void)values, (void)count;
}
void TFE_OpSetAttrFloatList(TFE_Op *op, const char *name, const float *values, int count) {
  (void)op, (void)name, (void)values, (void)count;
}
void TFE_OpSetAttrBoolList(TFE_Op *op, const char *name, const unsigned char *values, int count) {
  (void)op, (void)name, (void)values, (void)count;
}

/* The last two axes, of as many matrices as `a` has. */
static TF_Tensor *product(const TF_Tensor *a, const TF_Tensor *b, const int adjoint[2]) {
  const int rank = a->rank;
  const int64_t ar = a->dims[rank - 2], ac = a->dims[rank - 1], br = b->dims[rank - 2], bc = b->dims[rank - 1];
  const int64_t rows = adjoint[0] ? ac : ar, inner = adjoint[0] ? ar : ac, columns = adjoint[1] ? br : bc;
  int64_t dims[8], batch = 1;
  for (int i = 0; i < rank - 2; i++) batch *= dims[i] = a->dims[i];
  dims[rank - 2] = rows;
  dims[rank - 1] = columns;
  TF_Tensor *out = TF_AllocateTensor(TF_FLOAT, dims, rank, (size_t)(batch * rows * columns) * sizeof(float));
  const float *x = a->data, *y = b->data;
  float *z = out->data;
  for (int64_t m = 0; m < batch; m++, x += ar * ac, y += br * bc)
    for (int64_t r = 0; r < rows; r++)
      for (int64_t c = 0; c < columns; c++, z++)
        for (int64_t i = 0; i < inner; i++)
          *z += (adjoint[0] ? x[i * ac + r] : x[r * ac + i]) * (adjoint[1] ? y[c * bc + i] : y[i * bc + c]);
  return out;
}

/* The shape is the second input, whole numbers. */
static TF_Tensor *reshaped(const TF_Tensor *x, const TF_Tensor *shape) {
  int64_t dims[8];
  const int rank = (int)TF_TensorElementCount(shape);
  for (int i = 0; i < rank; i++) dims[i] = ((const int32_t *)shape->data)[i];
  TF_Tensor *out = TF_AllocateTensor(x->type, dims, rank, x->bytes);
  memcpy(out->data, x->data, x->bytes);
  return out;
}

static TF_Tensor *sum(const TF_Tensor *a, const TF_Tensor *b) {
  TF_Tensor *out = TF_AllocateTensor(TF_FLOAT, a->dims, a->rank, a->bytes);
  for (size_t i = 0; i < a->bytes / sizeof(float); i++)
    ((float *)out->data)[i] = ((const float *)a->data)[i] + ((const float *)b->data)[i];
  return out;
}

void TFE_Execute(TFE_Op *op, TFE_TensorHandle **outputs, int *count, TF_Status *status) {
  if (strcmp(fault(), "abort") == 0) abort();
  if (strcmp(fault(), "execute") == 0) {
    set(status, TF_INTERNAL, "Failed launching %s: CUDA_ERROR_INVALID_PTX", op->name);
    return;
  }
  TF_Tensor *out = NULL;
  const TF_Tensor *a = op->inputs > 0 ? op->input[0]->tensor : NULL, *b = op->inputs > 1 ? op->input[1]->tensor : NULL;
  if (strcmp(op->name, "BatchMatMulV2") == 0) out = product(a, b, op->adjoint);
  else if (strcmp(op->name, "Reshape") == 0) out = reshaped(a, b);
  else if (strcmp(op->name, "Add") == 0 && a->bytes == b->bytes) out = sum(a, b);
  if (!out) {
    set(status, TF_UNIMPLEMENTED, "The stand-in has no operation %s", op->name);
    return;
  }
  if (strcmp(fault(), "wrong") == 0) memset(out->data, 0, out->bytes);
  // All bits set is a NaN of 32 bits.
  if (strcmp(fault(), "nan") == 0) memset(out->data, 0xff, out->bytes);
  outputs[0] = TFE_NewTensorHandle(out, status);
  TF_DeleteTensor(out);
  *count = 1;
}

TF_SessionOptions *TF_NewSessionOptions(void) { return NULL; }
void TF_DeleteSessionOptions(TF_SessionOptions *options) { (void)options; }
TF_Buffer *TF_NewBuffer(void) { return NULL; }
TF_Buffer *TF_NewBufferFromString(const void *text, size_t length) {
  (void)text, (void)length;
  return NULL;
}
void TF_DeleteBuffer(TF_Buffer *buffer) { (void)buffer; }
TF_Graph *TF_NewGraph(void) { return NULL; }
void TF_DeleteGraph(TF_Graph *graph) { (void)graph; }
TF_Operation *TF_GraphOperationByName(TF_Graph *graph, const char *name) {
  (void)graph, (void)name;
  return NULL;
}
TF_Session *TF_LoadSessionFromSavedModel(const TF_SessionOptions *options, const TF_Buffer *run, const char *directory,
                                         const char *const *tags, int tag_count, TF_Graph *graph, TF_Buffer *meta,
                                         TF_Status *status) {
  (void)options, (void)run, (void)tags, (void)tag_count, (void)graph, (void)meta;
  set(status, TF_UNIMPLEMENTED, "The stand-in loads no models: %s", directory);
  return NULL;
}
void TF_SessionRun(TF_Session *session, const TF_Buffer *run, const TF_Output *inputs, TF_Tensor *const *values, int n,
                   const TF_Output *outputs, TF_Tensor **results, int m, const TF_Operation *const *targets, int t,
                   TF_Buffer *meta, TF_Status *status) {
  (void)session, (void)run, (void)inputs, (void)values, (void)n, (void)outputs, (void)results, (void)m, (void)targets,
      (void)t, (void)meta;
  set(status, TF_UNIMPLEMENTED, "The stand-in runs no models%s", "");
}
void TF_DeleteSession(TF_Session *session, TF_Status *status) { (void)session, (void)status; }

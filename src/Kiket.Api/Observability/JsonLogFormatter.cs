using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kiket.Application.Common;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Kiket.Api.Observability;

/// <summary>
/// One JSON object per line, for programs that collect logs. Request, trace and organization come from the current span, so
/// that requests pay for them only when something is logged.
/// </summary>
internal sealed class JsonLogFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "kiket-json";

    private const string Template = "{OriginalFormat}";

    /// <summary>The name that ASP.NET Core gives the span of a request.</summary>
    private const string RequestSpan = "Microsoft.AspNetCore.Hosting.HttpRequestIn";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow().UtcDateTime);
            json.WriteString("level", logEntry.LogLevel.ToString().ToLowerInvariant());
            json.WriteString("category", logEntry.Category);
            json.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            if (logEntry.Exception is { } failure)
                json.WriteString("exception", failure.ToString());
            WriteContext(json);
            if (logEntry.State is IReadOnlyList<KeyValuePair<string, object?>> { Count: > 1 } fields)
                WriteFields(json, fields);
            json.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void WriteContext(Utf8JsonWriter json)
    {
        if (Activity.Current is not { } span)
            return;
        json.WriteString("trace_id", span.TraceId.ToString());
        json.WriteString("span_id", span.SpanId.ToString());
        var isRequest = false;
        object? organization = null;
        for (var outer = span; outer is not null; outer = outer.Parent)
        {
            isRequest |= outer.OperationName == RequestSpan;
            organization ??= outer.GetTagItem(Tracing.Organization);
        }

        if (isRequest)
            json.WriteString("request_id", span.TraceId.ToString()); // the same as in the response header X-Request-Id
        if (organization is long id)
            json.WriteNumber("organization_id", id);
    }

    private static void WriteFields(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> fields)
    {
        json.WriteStartObject("fields");
        foreach (var (name, value) in fields)
        {
            if (name != Template)
                json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
        }

        json.WriteEndObject();
    }
}

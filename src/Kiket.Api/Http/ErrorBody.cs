using System.Text.Json.Serialization;
using Kiket.Domain.Common;

namespace Kiket.Api.Http;

/// <summary>The body of every error (contract, section 4; decisions, 6).</summary>
internal sealed record ErrorBody
{
    /// <summary>One sentence for people.</summary>
    public required string Error { get; init; }

    /// <summary>Machine code.</summary>
    public required string Code { get; init; }

    /// <summary>The same sentence as <see cref="Error"/>.</summary>
    public required string Message { get; init; }

    /// <summary>The invalid fields; empty when the error concerns the request as a whole.</summary>
    public required IReadOnlyList<ErrorDetail> Details { get; init; }

    /// <summary>Messages by field, on 422 only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary><c>pending</c> when approvals have been requested and a retry may succeed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Status { get; init; }

    /// <summary>Seconds until the next request is accepted, on 429 only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RetryAfter { get; init; }

    /// <summary>Identifies this request in the server's log.</summary>
    public required string RequestId { get; init; }

    public static ErrorBody Of(Error error, HttpContext context) => Of(error, Http.RequestId.Of(context));

    public static ErrorBody Of(Error error, string requestId) =>
        new()
        {
            Error = error.Message,
            Code = error.Code,
            Message = error.Message,
            Details = error.Details,
            Errors =
                error.Kind is ErrorKind.Invalid
                    ? error.Details.GroupBy(d => d.Field).ToDictionary(g => g.Key, g => g.Select(d => d.Message).ToArray())
                    : null,
            Status = error.IsPending ? "pending" : null,
            RequestId = requestId,
        };

    public static int StatusOf(ErrorKind kind) =>
        kind switch
        {
            ErrorKind.BadRequest => StatusCodes.Status400BadRequest,
            ErrorKind.Forbidden => StatusCodes.Status403Forbidden,
            ErrorKind.NotFound => StatusCodes.Status404NotFound,
            ErrorKind.Conflict => StatusCodes.Status409Conflict,
            ErrorKind.Stale => StatusCodes.Status412PreconditionFailed,
            ErrorKind.Invalid => StatusCodes.Status422UnprocessableEntity,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };

    /// <summary>Answers a program with the body, and a person in a browser with a page.</summary>
    public static Task WriteAsync(HttpContext context, Error error, int? status = null)
    {
        context.Response.StatusCode = status ?? StatusOf(error.Kind);
        if (error.Code == ServerErrorCodes.IdempotencyKeyInUse)
            context.Response.Headers.RetryAfter = ErrorHandler.RaceIsOverAfterSeconds;
        return IsOfPage(context.Request)
            ? context.RequestServices.GetRequiredService<ErrorPage>()(context, error)
            : context.Response.WriteAsJsonAsync(Of(error, context));
    }

    private static bool IsOfPage(HttpRequest request) =>
        !request.Path.StartsWithSegments("/api", StringComparison.Ordinal)
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Shows an error to people, under the status that the response already has.</summary>
internal delegate Task ErrorPage(HttpContext context, Error error);

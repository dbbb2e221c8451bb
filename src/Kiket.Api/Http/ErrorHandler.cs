using System.Text.Json;
using FluentValidation;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Persistence;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;

namespace Kiket.Api.Http;

/// <summary>Converts exceptions to the contract's error body. Only a bug or a broken machine becomes a 500.</summary>
internal sealed class ErrorHandler(ILogger<ErrorHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // A connection can turn out to be broken before the request is aborted.
        if (
            httpContext.RequestAborted.IsCancellationRequested
            || exception is ConnectionAbortedException or ConnectionResetException
        )
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var (error, status) = Translate(exception, httpContext);
        if (status is StatusCodes.Status500InternalServerError)
        {
            logger.LogError(
                exception,
                "Request {RequestId} failed: {Method} {Path}",
                RequestId.Of(httpContext),
                httpContext.Request.Method,
                httpContext.Request.Path
            );
        }
        else if (status is StatusCodes.Status503ServiceUnavailable)
        {
            httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
            logger.LogWarning(
                "Request {RequestId} was answered with 503: {Method} {Path}: {Reason}",
                RequestId.Of(httpContext),
                httpContext.Request.Method,
                httpContext.Request.Path,
                exception.GetBaseException().Message
            );
        }
        else if (status is StatusCodes.Status409Conflict)
        {
            httpContext.Response.Headers.RetryAfter = RaceIsOverAfterSeconds;
        }

        await ErrorBody.WriteAsync(httpContext, error, status);
        return true;
    }

    /// <summary>
    /// The errors that no handler returns: unknown route, unsupported method, a body that is too large or of another type.
    /// </summary>
    public static Task WriteStatusAsync(StatusCodeContext context)
    {
        var http = context.HttpContext;
        if (http.Response.Headers.Allow is { Count: > 0 } allowed && allowed.ToString().Split(", ").Contains(HttpMethods.Get))
            http.Response.Headers.Allow = $"{allowed}, {HttpMethods.Head}"; // every route with GET supports it too
        var error = http.Response.StatusCode switch
        {
            StatusCodes.Status401Unauthorized => MissingToken,
            StatusCodes.Status404NotFound => new Error(
                ErrorKind.NotFound,
                "NOT_FOUND",
                $"There is nothing at {http.Request.Path}."
            ),
            StatusCodes.Status405MethodNotAllowed => new Error(
                ErrorKind.BadRequest,
                "METHOD_NOT_ALLOWED",
                $"{http.Request.Method} is not allowed at {http.Request.Path}."
            ),
            StatusCodes.Status415UnsupportedMediaType => WrongMediaType,
            var status => OfStatus(status),
        };
        return ErrorBody.WriteAsync(http, error, http.Response.StatusCode);
    }

    public static readonly Error MissingToken = new(
        ErrorKind.Forbidden,
        ServerErrorCodes.InvalidToken,
        "A valid token is required."
    );

    /// <summary>When a caller should try again while the database is busy or unavailable.</summary>
    public const string RetryAfterSeconds = "5";

    /// <summary>When a caller should try again after another request was faster, or is still running.</summary>
    public const string RaceIsOverAfterSeconds = "1";

    private static readonly Error Unavailable = new(
        ErrorKind.BadRequest,
        ServerErrorCodes.ServiceUnavailable,
        $"The database is busy or unavailable, or took too long. Try again in {RetryAfterSeconds} seconds, or request less."
    );

    /// <summary>The errors of the server itself.</summary>
    public static Error OfStatus(int status) =>
        status switch
        {
            StatusCodes.Status405MethodNotAllowed => new(
                ErrorKind.BadRequest,
                "METHOD_NOT_ALLOWED",
                "The method is not allowed for this form of address."
            ),
            StatusCodes.Status408RequestTimeout => new(
                ErrorKind.BadRequest,
                "REQUEST_TIMEOUT",
                "The request took too long to arrive."
            ),
            StatusCodes.Status413PayloadTooLarge => TooLarge,
            StatusCodes.Status414UriTooLong => new(ErrorKind.BadRequest, "URI_TOO_LONG", "The address is too long."),
            StatusCodes.Status431RequestHeaderFieldsTooLarge => new(
                ErrorKind.BadRequest,
                "HEADERS_TOO_LARGE",
                "The headers are too long or too many."
            ),
            StatusCodes.Status505HttpVersionNotsupported => new(
                ErrorKind.BadRequest,
                "HTTP_VERSION_NOT_SUPPORTED",
                "The server speaks HTTP/1.1 and HTTP/2."
            ),
            _ => new(ErrorKind.BadRequest, ServerErrorCodes.BadRequest, "The request is malformed."),
        };

    private static readonly Error TooLarge = new(ErrorKind.BadRequest, "PAYLOAD_TOO_LARGE", "The body is too large.");
    public static readonly Error WrongMediaType = new(
        ErrorKind.BadRequest,
        "UNSUPPORTED_MEDIA_TYPE",
        "The body must have the content type application/json, in UTF-8."
    );

    private static (Error Error, int Status) Translate(Exception exception, HttpContext context) =>
        exception switch
        {
            InvalidParameterException e => (e.Error, StatusCodes.Status400BadRequest),
            BadHttpRequestException { InnerException: BodyException e } => (e.Error, ErrorBody.StatusOf(e.Error.Kind)),
            BadHttpRequestException { InnerException: JsonException e } => (
                InvalidJson($"The body is not valid JSON: {Place(e)}."),
                StatusCodes.Status400BadRequest
            ),
            BadHttpRequestException
            {
                StatusCode: StatusCodes.Status413PayloadTooLarge or StatusCodes.Status408RequestTimeout
            } e => (OfStatus(e.StatusCode), e.StatusCode),
            BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } => (
                WrongMediaType,
                StatusCodes.Status415UnsupportedMediaType
            ),
            BadHttpRequestException e when InvalidParameterException.FromBinding(e) is { } invalid => (
                invalid.Error,
                StatusCodes.Status400BadRequest
            ),
            BadHttpRequestException e when e.Message.Contains("body", StringComparison.Ordinal) => (
                InvalidJson("The request requires a JSON body."),
                StatusCodes.Status400BadRequest
            ),
            BadHttpRequestException e => (OfStatus(e.StatusCode), e.StatusCode),
            ValidationException e => (
                Error.Validation([.. e.Errors.Select(f => new ErrorDetail(f.PropertyName, f.ErrorMessage))]),
                StatusCodes.Status422UnprocessableEntity
            ),
            _ when DatabaseFailure.IsUnavailable(exception) || DatabaseFailure.IsDeadlock(exception) => (
                Unavailable,
                StatusCodes.Status503ServiceUnavailable
            ),
            _ when DatabaseFailure.IsLostRace(exception) => Race(context),
            _ => (
                new(
                    ErrorKind.BadRequest,
                    "INTERNAL_ERROR",
                    "The server failed to answer. The request id names the entry in its log."
                ),
                StatusCodes.Status500InternalServerError
            ),
        };

    private static (Error Error, int Status) Race(HttpContext context) =>
        context.Request.Headers.IfMatch.Count > 0
            ? (
                new(ErrorKind.Stale, ServerErrorCodes.PreconditionFailed, "The resource has changed."),
                StatusCodes.Status412PreconditionFailed
            )
            : (
                new(ErrorKind.Conflict, ErrorCodes.Conflict, "Another request changed the resource at the same time. Try again."),
                StatusCodes.Status409Conflict
            );

    private static Error InvalidJson(string message) => new(ErrorKind.BadRequest, ServerErrorCodes.InvalidJson, message);

    private static string Place(JsonException e) =>
        e.LineNumber is { } line ? $"line {line + 1}, byte {e.BytePositionInLine + 1}" : "it ends unexpectedly";
}

using System.Globalization;
using Kiket.Api.Http;
using Namotion.Reflection;
using NJsonSchema;
using NSwag;
using NSwag.Generation.Processors.Contexts;

namespace Kiket.Api.OpenApi;

/// <summary>The error responses, each described once and referenced by every operation that can return it.</summary>
internal static class ErrorResponses
{
    private static readonly Dictionary<int, (string Name, string Description, string Code, string Message, string? Field)> Known =
        new()
        {
            [400] = (
                "BadRequest",
                "`INVALID_PARAMETER`: a parameter or member is unknown, malformed or out of range. `INVALID_JSON`: "
                    + "the body is not JSON.",
                "INVALID_PARAMETER",
                "colour is not a parameter of this route.",
                "colour"
            ),
            [401] = (
                "Unauthorized",
                "`AUTH_INVALID_TOKEN`: the token is missing, unknown, expired or revoked.",
                "AUTH_INVALID_TOKEN",
                "A valid token is required.",
                null
            ),
            [403] = (
                "Forbidden",
                "`AUTH_FORBIDDEN_SCOPE`: the token lacks the scope. `FORBIDDEN`: your role does not allow this.",
                "AUTH_FORBIDDEN_SCOPE",
                "The token lacks the scope issues:write.",
                null
            ),
            [404] = (
                "NotFound",
                "`ISSUE_NOT_FOUND`, `PROJECT_NOT_FOUND` and so on: the resource does not exist, or you cannot see it.",
                "ISSUE_NOT_FOUND",
                "There is no issue LEGAL-42.",
                null
            ),
            [409] = (
                "Conflict",
                "`CONFLICT`: another request changed the resource at the same time. `IDEMPOTENCY_KEY_IN_USE`: the "
                    + "first request with this key is still running. Where trying again may help, `Retry-After` says when.",
                "CONFLICT",
                "Another request changed the resource at the same time. Try again.",
                null
            ),
            [412] = (
                "PreconditionFailed",
                "`PRECONDITION_FAILED`: the version in If-Match is not the current one.",
                "PRECONDITION_FAILED",
                "The resource has changed; its current version is 7.",
                "version"
            ),
            [413] = (
                "PayloadTooLarge",
                "`PAYLOAD_TOO_LARGE`: the body is too large.",
                "PAYLOAD_TOO_LARGE",
                "The body is too large.",
                null
            ),
            [415] = (
                "UnsupportedMediaType",
                "`UNSUPPORTED_MEDIA_TYPE`: the route does not accept the content type, charset or content encoding of the body.",
                "UNSUPPORTED_MEDIA_TYPE",
                "The body must have the content type application/json, in UTF-8.",
                null
            ),
            [422] = (
                "UnprocessableEntity",
                "The request is well formed, but a rule forbids it. `VALIDATION_ERROR` names the fields; "
                    + "`WORKFLOW_TRANSITION_GUARD_FAILED`, "
                    + "`PROJECT_ARCHIVED`, `IDEMPOTENCY_KEY_REUSED` and others say which rule.",
                "VALIDATION_ERROR",
                "The title must have 1 to 255 characters and not be blank.",
                "issue.title"
            ),
            [429] = (
                "TooManyRequests",
                "`RATE_LIMIT_EXCEEDED`: too many requests; `Retry-After` says when to try again.",
                "RATE_LIMIT_EXCEEDED",
                "Rate limit exceeded.",
                null
            ),
            [500] = (
                "InternalServerError",
                "`INTERNAL_ERROR`: the server failed; `request_id` names the entry in its log.",
                "INTERNAL_ERROR",
                "The server failed to answer. The request id names the entry in its log.",
                null
            ),
            [503] = (
                "ServiceUnavailable",
                "`SERVICE_UNAVAILABLE`: the server cannot reach its database or is too busy; `Retry-After` says when "
                    + "to try again.",
                "SERVICE_UNAVAILABLE",
                "The server is busy. Try again later.",
                null
            ),
        };

    public static OpenApiResponse Of(int status, OperationProcessorContext context)
    {
        if (!Known.TryGetValue(status, out var known))
            throw new InvalidOperationException(
                $"Describe the error {status.ToString(CultureInfo.InvariantCulture)} in {nameof(ErrorResponses)}."
            );

        var responses = context.Document.Components.Responses;
        if (!responses.TryGetValue(known.Name, out var shared))
        {
            shared = responses[known.Name] = new OpenApiResponse { Description = known.Description };
            shared.Content["application/json"] = new OpenApiMediaType
            {
                Schema = context.SchemaGenerator.GenerateWithReference<JsonSchema>(
                    typeof(ErrorBody).ToContextualType(),
                    context.SchemaResolver
                ),
                Example = Example(status, known.Code, known.Message, known.Field),
            };
            if (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
                shared.Headers["Retry-After"] = new OpenApiHeader
                {
                    Description = "Seconds to wait.",
                    Schema = new JsonSchema { Type = JsonObjectType.Integer },
                };
        }

        return new SharedResponse { Reference = shared };
    }

    private static Dictionary<string, object> Example(int status, string code, string message, string? field)
    {
        var example = new Dictionary<string, object>
        {
            ["error"] = message,
            ["code"] = code,
            ["message"] = message,
            ["details"] = field is null
                ? []
                : new[]
                {
                    new Dictionary<string, string> { ["field"] = field, ["message"] = message },
                },
            ["request_id"] = "4bf92f3577b34da6a3ce929d0e0e4736",
        };
        if (status == StatusCodes.Status429TooManyRequests)
            example["retry_after"] = 42;
        if (status == StatusCodes.Status422UnprocessableEntity && field is not null)
            example["errors"] = new Dictionary<string, string[]> { [field] = [message] };
        return example;
    }

    /// <summary>A reference without siblings: OpenAPI 3.0 ignores them, and linters warn about them.</summary>
    private sealed class SharedResponse : OpenApiResponse
    {
        [Newtonsoft.Json.JsonProperty("description", NullValueHandling = Newtonsoft.Json.NullValueHandling.Ignore)]
        public new string? Description { get; init; }
    }
}

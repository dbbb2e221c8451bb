using System.Text.Json.Serialization;

namespace Kiket.Domain.Common;

/// <summary>What kind of refusal an <see cref="Error"/> is. A host maps each kind to one status of its protocol.</summary>
public enum ErrorKind
{
    /// <summary>The request itself is malformed: an unknown parameter, a value out of range (HTTP 400).</summary>
    BadRequest,

    /// <summary>The actor may not do this (HTTP 403).</summary>
    Forbidden,

    /// <summary>The thing does not exist for this actor (HTTP 404).</summary>
    NotFound,

    /// <summary>Somebody else changed or holds the thing (HTTP 409).</summary>
    Conflict,

    /// <summary>The caller's copy of the thing is out of date (HTTP 412).</summary>
    Stale,

    /// <summary>The request is well formed, but a rule forbids it (HTTP 422).</summary>
    Invalid,
}

/// <summary>One field's part in a refusal.</summary>
/// <param name="Field">Path of the field in snake case, such as <c>issue.title</c>.</param>
/// <param name="Message">A sentence for people.</param>
public sealed record ErrorDetail(string Field, string Message)
{
    /// <summary>Path of the field in snake case.</summary>
    public string Field { get; init; } = Field ?? throw new ArgumentNullException(nameof(Field));

    /// <summary>A sentence for people.</summary>
    public string Message { get; init; } = Message ?? throw new ArgumentNullException(nameof(Message));

    /// <summary>Path of the invalid definition file; null when the error does not concern a file.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? File { get; init; }

    /// <summary>Line in that file, from 1; 0 for the file as a whole.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Line { get; init; }

    /// <summary>Column in that file, from 1; 0 for the file as a whole.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Column { get; init; }
}

/// <summary>An expected refusal. A refusal never changes anything.</summary>
/// <param name="Kind">What kind of refusal this is.</param>
/// <param name="Code">
/// Machine code in upper case, which never changes: one of <see cref="ErrorCodes"/>, or one that the member names.
/// </param>
/// <param name="Message">One sentence for people, with the offending values.</param>
public sealed record Error(ErrorKind Kind, string Code, string Message)
{
    /// <summary>Machine code in upper case, which never changes.</summary>
    public string Code { get; init; } = Code ?? throw new ArgumentNullException(nameof(Code));

    /// <summary>One sentence for people.</summary>
    public string Message { get; init; } = Message ?? throw new ArgumentNullException(nameof(Message));

    /// <summary>The invalid fields; empty when the error concerns the request as a whole.</summary>
    public IReadOnlyList<ErrorDetail> Details { get; init; } = [];

    /// <summary>
    /// Whether the refusal waits for somebody: approvals have been asked for, and asking again may succeed. The requests are
    /// kept; every other refusal keeps nothing.
    /// </summary>
    public bool IsPending { get; init; }

    /// <summary>A malformed request, <c>INVALID_PARAMETER</c>.</summary>
    /// <param name="parameter">Wire name of the parameter.</param>
    /// <param name="message">What is wrong with it.</param>
    internal static Error InvalidParameter(string parameter, string message) =>
        new(ErrorKind.BadRequest, ServerErrorCodes.InvalidParameter, message) { Details = [new(parameter, message)] };

    /// <summary>A broken rule about one field, <c>VALIDATION_ERROR</c>.</summary>
    /// <param name="field">Path of the field in snake case.</param>
    /// <param name="message">The rule, as a sentence.</param>
    public static Error Validation(string field, string message) => Validation([new(field, message)]);

    /// <summary>Broken rules about several fields, <c>VALIDATION_ERROR</c>.</summary>
    /// <param name="details">At least one field.</param>
    /// <exception cref="ArgumentException">There is no detail.</exception>
    public static Error Validation(IReadOnlyList<ErrorDetail> details)
    {
        ArgumentNullException.ThrowIfNull(details);
        if (details.Count == 0)
            throw new ArgumentException("A validation error needs at least one detail.", nameof(details));
        if (details.Any(d => d is null))
            throw new ArgumentException("A detail is null.", nameof(details));
        return new(ErrorKind.Invalid, ErrorCodes.ValidationError, details[0].Message) { Details = details };
    }

    /// <summary>A lack of permission, <c>FORBIDDEN</c>.</summary>
    /// <param name="message">What is missing, as a sentence.</param>
    public static Error Forbidden(string message) => new(ErrorKind.Forbidden, ErrorCodes.Forbidden, message);

    /// <summary>The caller's version is not the current one, <c>PRECONDITION_FAILED</c>.</summary>
    /// <param name="current">The version that the thing has now.</param>
    internal static Error Stale(int current) =>
        new(ErrorKind.Stale, ServerErrorCodes.PreconditionFailed, $"The resource has changed; its current version is {current}.")
        {
            Details = [new("version", $"The current version is {current}.")],
        };
}

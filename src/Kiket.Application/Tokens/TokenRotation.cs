using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;

namespace Kiket.Application.Tokens;

/// <summary>Replaces tokens, for their owners and for operators.</summary>
internal static class TokenRotation
{
    /// <summary>Issues the successor of a token, which is itself still accepted for a time.</summary>
    /// <param name="overlapSeconds">How long; null for 24 hours.</param>
    /// <returns>The successor and its secret, or why the token cannot be replaced.</returns>
    public static Result<(AccessToken Token, TokenSecret Secret)> AddSuccessor(
        this IKiketDb db,
        AccessToken token,
        int? overlapSeconds,
        DateTimeOffset now
    )
    {
        var secret = TokenSecret.Generate(AccessToken.LabelOf(token.Kind));
        var rotated = token.Rotate(secret, overlapSeconds ?? AccessToken.DefaultOverlapSeconds, now);
        if (rotated.Error is { } error)
            return error;
        db.AccessTokens.Add(rotated.Value);
        return (rotated.Value, secret);
    }
}

using System.Security.Cryptography;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>Turns on two-step sign-in for the current user, whose authenticator app must show a code first.</summary>
/// <param name="Key">The key in the app, as created by <see cref="Totp.NewKey"/> makes it.</param>
internal sealed record AddSecondStepCommand(string Key, string Code) : ICommand<Result<IReadOnlyList<string>>>;

internal sealed class AddSecondStepHandler(IKiketDb db, ISecretProtector secrets, ICurrentActor current, TimeProvider time)
    : ICommandHandler<AddSecondStepCommand, Result<IReadOnlyList<string>>>
{
    private const string Letters = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <returns>The recovery codes; shown once.</returns>
    public async Task<Result<IReadOnlyList<string>>> Handle(AddSecondStepCommand command, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var signIn = await db.PasswordSignIns.SingleOrDefaultAsync(s => s.UserId == current.Actor.UserId, ct);
        if (signIn?.TotpKey is not null)
            return UserErrors.HasSecondStep;
        var entered = command.Code.Replace(" ", "", StringComparison.Ordinal);
        var key = Totp.BytesOf(command.Key);
        if (signIn is null || key is null || Totp.FindStep(key, entered, now, after: 0) is not { } step)
            return UserErrors.WrongCode;
        var codes = Enumerable.Range(0, PasswordSignIn.RecoveryCodes).Select(_ => NewCode()).ToList();
        var encrypted = secrets.Protect(ISecretProtector.TotpPurpose, command.Key);
        signIn.UseTotp(encrypted, step, codes.Select(TokenSecret.Chosen), now);
        return codes;
    }

    private static string NewCode() =>
        string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(Letters, 4)));
}

using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Organizations;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Settings;
using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.WebUtilities;

namespace Kiket.Api.SignIn;

/// <summary>The pages on which people sign in, sign out and set their password. They work without scripts.</summary>
internal static class SignInPages
{
    public const string Path = "/sign-in";

    private const string CodePath = "/sign-in/code";
    private const string Pending = "pending";
    public const string SignOutPath = "/sign-out";
    public const string ReturnUrl = "return_url";

    /// <summary>Where administrators find the operations pages.</summary>
    public const string OperationsPath = "/ops";

    private const string Wrong = "The address or the password is wrong, or there were too many tries. Try again later.";

    /// <summary>
    /// Maximum number of passwords that are compared or hashed for one address, for all users together. Both take much CPU.
    /// </summary>
    private static readonly RateLimit TriesOfAddress = new(100, TimeSpan.FromMinutes(15));

    public static void MapSignInPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("").ExcludeFromDescription();

        pages.MapGet(Path, (Delegate)ShowSignInAsync); // a method with only a context parameter would be a RequestDelegate
        pages.MapPost(Path, SignInAsync);
        pages.MapPost(CodePath, EnterCodeAsync);
        pages.MapGet(SignOutPath, (Delegate)ShowSignOutAsync);
        pages.MapPost(SignOutPath, SignOutAsync);
        pages.MapGet(PasswordLinks.Path, ShowPassword);
        pages.MapPost(PasswordLinks.Path, SetPasswordAsync);
    }

    /// <summary>Where a visitor signs in and then returns to a page of this server.</summary>
    public static string AddressFor(string returnUrl) => QueryHelpers.AddQueryString(Path, ReturnUrl, returnUrl);

    private static async Task<IResult> ShowSignInAsync(HttpContext context)
    {
        var returnUrl = context.Request.Query[ReturnUrl].ToString();
        return await PageCookie.FindUserAsync(context) is { } user && returnUrl.Length == 0
            ? SignedIn(context, user)
            : SignInForm(context, returnUrl);
    }

    private static async Task<IResult> SignInAsync(
        HttpContext context,
        IMediator mediator,
        IPasswordHashing passwords,
        ILoggerFactory logs,
        CancellationToken ct
    )
    {
        await PageCookie.FindUserAsync(context); // the form's protection is bound to the previously signed-in user
        if (!await Pages.IsOwnFormAsync(context))
            return Pages.Outdated(context);
        var form = await context.Request.ReadFormAsync(ct);
        var (email, password) = (form["email"].ToString(), form["password"].ToString());
        var (organization, returnUrl) = (form["organization"].ToString().Trim(), form[ReturnUrl].ToString());
        if (
            !await MayTryAsync(context, ct)
            || !CouldBe(email, User.MaxEmailLength)
            || !CouldBe(organization, Organization.MaxNameLength)
            || password.Length > PasswordSignIn.MaxPasswordLength
        )
            return Refused();

        PageCookie.Identify(context, PendingSignIn.ByPassword);
        var begin = new BeginSignInCommand(email, organization.Length == 0 ? null : organization);
        var candidates = (await mediator.Send(begin, ct)).Value;
        if (candidates.Count == 0)
            passwords.Matches(null, password);
        var right = candidates.Where(c => passwords.Matches(c.PasswordHash, password)).ToList();
        if (right.Count == 0)
        {
            foreach (var candidate in candidates)
                await mediator.Send(new RefuseSignInCommand(candidate.User.Id), ct);
            return Refused();
        }

        var isSettled = right is [{ User.HasSecondStep: false }];
        foreach (var other in isSettled ? candidates.Except(right) : candidates)
            await mediator.Send(new ForgetSignInTryCommand(other.User.Id), ct);
        if (right.Count > 1)
            return SignInForm(context, returnUrl, email, organizations: [.. right.Select(c => c.Organization)]);

        return await ContinueAsync(context, new(right[0].User, PendingSignIn.ByPassword), returnUrl, ct) ?? Refused();

        IResult Refused()
        {
            logs.CreateLogger(typeof(SignInPages)).LogFailedSignIn(context);
            return SignInForm(context, returnUrl, email, Wrong);
        }
    }

    /// <summary>Counts a password from the address of a request.</summary>
    /// <returns>Whether it may be compared or hashed.</returns>
    private static async Task<bool> MayTryAsync(HttpContext context, CancellationToken ct)
    {
        var limits = context.RequestServices.GetRequiredService<IRateLimits>();
        var caller = $"sign-in:{CallerAddress.NameOf(context.Connection.RemoteIpAddress)}";
        return !(await limits.TakeAsync(caller, TriesOfAddress, ct)).IsExceeded;
    }

    /// <summary>Asks for the code of a user with a second step, or completes the sign-in.</summary>
    /// <returns>The answer, or null when the user has changed meanwhile.</returns>
    public static async Task<IResult?> ContinueAsync(
        HttpContext context,
        PendingSignIn pending,
        string returnUrl,
        CancellationToken ct
    ) =>
        pending.User.HasSecondStep
            ? CodeForm(context, pending.Protect(context), returnUrl)
            : await CompleteAsync(context, pending, null, returnUrl, ct);

    /// <returns>The answer, or null when the user has changed meanwhile or the code is wrong.</returns>
    private static async Task<IResult?> CompleteAsync(
        HttpContext context,
        PendingSignIn pending,
        string? code,
        string returnUrl,
        CancellationToken ct
    )
    {
        PageCookie.Identify(context, code is null ? pending.Credential : pending.CodeCredential, pending.User.Actor);
        var mediator = context.RequestServices.GetRequiredService<IMediator>();
        var signedIn = await mediator.Send(new CompleteSignInCommand(pending.User, code), ct);
        if (signedIn.IsRefused)
            return null;
        await PageCookie.SignInAsync(context, signedIn.Value, pending.Credential);
        return Results.LocalRedirect(LocalOr(returnUrl));
    }

    private static async Task<IResult> EnterCodeAsync(
        HttpContext context,
        IMediator mediator,
        ILoggerFactory logs,
        CancellationToken ct
    )
    {
        await PageCookie.FindUserAsync(context);
        if (!await Pages.IsOwnFormAsync(context))
            return Pages.Outdated(context);
        var form = await context.Request.ReadFormAsync(ct);
        var (text, code, returnUrl) = (form[Pending].ToString(), form["code"].ToString(), form[ReturnUrl].ToString());
        if (await PendingSignIn.FindAsync(context, text, ct) is not { } pending)
            return Results.LocalRedirect(AddressFor(returnUrl)); // it took too long

        PageCookie.Identify(context, pending.CodeCredential);
        var isTry = !(await mediator.Send(new BeginCodeTryCommand(pending.User.Id), ct)).IsRefused;
        if (isTry && await CompleteAsync(context, pending, code, returnUrl, ct) is { } answer)
            return answer;
        if (isTry)
        {
            PageCookie.Identify(context, pending.CodeCredential); // nobody has signed in
            await mediator.Send(new RefuseSignInCommand(pending.User.Id), ct);
        }

        logs.CreateLogger(typeof(SignInPages)).LogFailedSignIn(context);
        return CodeForm(context, text, returnUrl, "The code is wrong or was used before, or there were too many tries.");
    }

    private static IResult CodeForm(HttpContext context, string pending, string returnUrl, string? error = null) =>
        Pages.Page(
            context,
            "Enter your code",
            Pages.Form(
                context,
                CodePath,
                Html.Of(
                    $"""
                    {Pages.Hidden(Pending, pending)}
                    {Pages.Hidden(ReturnUrl, returnUrl)}
                    {Pages.Field(
                        "code",
                        "Code",
                        "text",
                        "one-time-code",
                        error: error,
                        hint: "The six digits that your authenticator app shows, or one of your recovery codes.",
                        isFirst: true
                    )}
                    <button type="submit">Sign in</button>
                    """
                )
            ),
            error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity,
            RedirectTargetOf(returnUrl)
        );

    /// <summary>Whether a text can match a stored one; the database rejects some characters.</summary>
    public static bool CouldBe(string text, int maxLength) => text.Length <= maxLength && !text.Any(char.IsControl);

    private static IResult SignInForm(
        HttpContext context,
        string returnUrl,
        string? email = null,
        string? error = null,
        IReadOnlyList<string>? organizations = null
    )
    {
        var organization = organizations is null
            ? Html.Empty
            : Pages.Field(
                "organization",
                "Organization",
                "text",
                "organization",
                error: $"Your address is in several organizations. Enter one of {string.Join(", ", organizations)}, "
                    + "and your password again."
            );
        var form = Pages.Form(
            context,
            Path,
            Html.Of(
                $"""
                {Pages.Hidden(ReturnUrl, returnUrl)}
                {Pages.Field("email", "E-mail address", "email", "username", email, error, isFirst: organizations is null)}
                {organization}
                {Pages.Field("password", "Password", "password", "current-password")}
                <button type="submit">Sign in</button>
                {ProviderLink(context, returnUrl)}
                """
            )
        );
        var status = error is null && organizations is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity;
        return Pages.Page(context, "Sign in", form, status, RedirectTargetOf(returnUrl));
    }

    private static Html ProviderLink(HttpContext context, string returnUrl) =>
        context.RequestServices.GetRequiredService<KiketSettings>().SignInProvider is { } provider
            ? Html.Of(
                $"""
                <p><a class="button" href="{QueryHelpers.AddQueryString(ProviderSignIn.Path, ReturnUrl, returnUrl)}">Sign in with
                {provider.Name}</a></p>
                """
            )
            : Html.Empty;

    private static IResult SignedIn(HttpContext context, PageUser user) =>
        Pages.Page(
            context,
            "You are signed in",
            Html.Of(
                $"""
                <p>You are signed in as {user.Name} ({user.Email}).</p>
                {(user.Actor.IsAdmin ? Html.Of($"""<p><a href="{OperationsPath}">Operations</a></p>""") : Html.Empty)}
                <p><a href="{TwoStepPages.Path}">Two-step sign-in</a> is {(user.HasSecondStep ? "on" : "off")}.</p>
                {Pages.Form(context, SignOutPath, Html.Of($"""<button type="submit">Sign out</button>"""))}
                """
            )
        );

    private static async Task<IResult> ShowSignOutAsync(HttpContext context) =>
        await PageCookie.FindUserAsync(context) is { } user ? SignedIn(context, user) : Results.LocalRedirect(Path);

    private static async Task<IResult> SignOutAsync(HttpContext context, IMediator mediator, CancellationToken ct)
    {
        var user = await PageCookie.FindUserAsync(context);
        if (!await Pages.IsOwnFormAsync(context))
            return Pages.Outdated(context);
        if (user is not null)
            await mediator.Send(new SignOutCommand(), ct);
        await context.SignOutAsync(PageCookie.SchemeName);
        return
            PageCookie.IsBy(context, PendingSignIn.ByProvider)
            && await ProviderSignIn.FindSignOutAsync(context, ct) is { } provider
            ? SignedOutHere(context, provider)
            : Results.LocalRedirect(Path);
    }

    /// <summary>A user may want to keep using other services of the provider, so signing out there is a choice.</summary>
    private static IResult SignedOutHere(HttpContext context, (string Name, string Address) provider) =>
        Pages.Page(
            context,
            "You are signed out",
            Html.Of(
                $"""
                <p>You may still be signed in at {provider.Name}. Then anybody who uses this browser can sign in here without a
                password.</p>
                <p><a class="button" href="{provider.Address}">Sign out of {provider.Name}</a>
                <a class="button" href="{Path}">Sign in again</a></p>
                """
            )
        );

    private static IResult ShowPassword(HttpContext context) => PasswordForm(context, context.Request.Query["token"].ToString());

    private static async Task<IResult> SetPasswordAsync(
        HttpContext context,
        IMediator mediator,
        IPasswordHashing passwords,
        CancellationToken ct
    )
    {
        if (!await Pages.IsOwnFormAsync(context))
            return Pages.Outdated(context);
        var form = await context.Request.ReadFormAsync(ct);
        var (token, password, again) = (form["token"].ToString(), form["password"].ToString(), form["again"].ToString());
        if (password.Length is < PasswordSignIn.MinPasswordLength or > PasswordSignIn.MaxPasswordLength)
            return PasswordForm(
                context,
                token,
                $"The password must have {PasswordSignIn.MinPasswordLength} to {PasswordSignIn.MaxPasswordLength} characters."
            );
        if (password != again)
            return PasswordForm(context, token, againError: "The two passwords differ.");
        if (!await MayTryAsync(context, ct))
            return PasswordForm(context, token, "There were too many tries. Try again later.");
        PageCookie.Identify(context, "password_link");
        if ((await mediator.Send(new FindPasswordLinkQuery(token), ct)).Error is { } unusable)
            return Unusable(context, unusable);
        if ((await mediator.Send(new SetPasswordCommand(token, passwords.Hash(password)), ct)).Error is { } error)
            return Unusable(context, error);
        return Pages.Page(
            context,
            "Your password is set",
            Html.Of($"""<p><a href="{Path}">Sign in</a> with your new password.</p>""")
        );
    }

    private static IResult Unusable(HttpContext context, Error error) =>
        Pages.Page(
            context,
            "This link cannot be used",
            Html.Of($"""<p>{error.Message} Ask an administrator for another one.</p>"""),
            StatusCodes.Status404NotFound
        );

    private static IResult PasswordForm(HttpContext context, string token, string? error = null, string? againError = null) =>
        Pages.Page(
            context,
            "Set your password",
            Pages.Form(
                context,
                PasswordLinks.Path,
                Html.Of(
                    $"""
                    {Pages.Hidden("token", token)}
                    {Pages.Field(
                        "password",
                        "New password",
                        "password",
                        "new-password",
                        error: error,
                        hint: $"At least {PasswordSignIn.MinPasswordLength} characters.",
                        isFirst: againError is null
                    )}
                    {Pages.Field("again", "New password, once more", "password", "new-password", error: againError)}
                    <button type="submit">Set password</button>
                    """
                )
            ),
            error is null && againError is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity
        );

    /// <summary>Where a sign-in leads: the page that asked for it, or the page of the sign-in.</summary>
    public static string LocalOr(string returnUrl) => IsLocal(returnUrl) ? returnUrl : Path;

    /// <summary>Browsers read a backslash as a slash, and two slashes as another host.</summary>
    private static bool IsLocal(string url) =>
        url is ['/', ..] && url is not (['/', '/' or '\\', ..]) && !url.Any(char.IsControl);

    /// <summary>After the sign-in the application may be reached without another page.</summary>
    private static string? RedirectTargetOf(string returnUrl) =>
        returnUrl.IndexOf('?', StringComparison.Ordinal) is var query and > 0
            ? QueryHelpers.ParseQuery(returnUrl[query..]).GetValueOrDefault("redirect_uri").ToString()
            : null;
}
